'use strict'

const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')

const run = promisify(execFile)
const DEMO = path.join(__dirname, '..', '..', 'demo', 'demo.js')

describe('the demo', () => {
  test.each([
    ['the embedded broker', { KAFKA: 'embedded' }],
    ['a real broker', { KAFKA: 'real' }]
  ])(
    'every step succeeds on %s',
    async (_what, env) => {
      const { stdout } = await run(process.execPath, [DEMO], {
        env: { ...process.env, ...env, DEMO_ONCE: '1' }
      })

      expect(stdout).toMatch(/A -> B +greeting/)
      expect(stdout).toMatch(/B -> A +B sets degrees/)
      expect(stdout).toMatch(/double\(21\) = 42/)
      expect(stdout).toMatch(/published +\d+ +\d+/)
    },
    300000
  )
})
