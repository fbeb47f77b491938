'use strict'

const { execFile, spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const { promisify } = require('node:util')
const { eventually } = require('../../harness/eventually')

const run = promisify(execFile)
const DEMO = path.join(__dirname, '..', '..', 'demo', 'demo.js')

/** The first start on a machine downloads a broker and deepstream. */
jest.setTimeout(300000)

describe('the demo', () => {
  test.each([
    ['the embedded broker', { KAFKA: 'embedded' }],
    ['a real broker', { KAFKA: 'real' }]
  ])('every step succeeds on %s', async (_what, env) => {
    const { stdout } = await run(process.execPath, [DEMO], {
      env: { ...process.env, ...env, DEMO_ONCE: '1' }
    })

    expect(stdout).toMatch(/A -> B +greeting/)
    expect(stdout).toMatch(/B -> A +B sets degrees/)
    expect(stdout).toMatch(/double\(21\) = 42/)
    expect(stdout).toMatch(/published +\d+ +\d+/)
  })

  test('Ctrl-C ends all of its processes, and is no failure', async () => {
    const demo = start()
    await demo.prints(/It runs until you press Ctrl-C/)

    process.kill(-demo.child.pid, 'SIGINT')

    expect(await demo.ended).toEqual([0, null])
    expect(serverPids(demo.output()).filter(isRunning)).toEqual([])
  })

  test('it fails with a reason when a server ends before its time', async () => {
    const demo = start()
    await demo.prints(/server B .* process \d+/)
    const [serverA, serverB] = serverPids(demo.output())

    process.kill(serverB, 'SIGKILL')

    expect(await demo.ended).toEqual([1, null])
    expect(demo.output()).toMatch(/The demo failed: server B has ended/)
    expect(isRunning(serverA)).toBe(false)
  })
})

/** Starts the demo in a process group of its own, as a shell does. */
function start() {
  const env = { ...process.env, KAFKA: 'embedded', DEMO_ONCE: '' }
  const child = spawn(process.execPath, [DEMO], { env, detached: true })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  const prints = (pattern) =>
    eventually(() => pattern.test(output), { timeoutMs: 250000, message: `${pattern}` })
  return { child, prints, output: () => output, ended: once(child, 'close') }
}

function serverPids(output) {
  return [...output.matchAll(/process (\d+)/g)].map(([, pid]) => Number(pid))
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
