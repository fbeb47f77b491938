'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { installLocked } = require('../../harness/deepstream/install')
const { useBroker } = require('../support/broker')

const run = promisify(execFile)
const ROOT = path.join(__dirname, '..', '..')
const NAME = 'deepstream.io-msg-kafka'
const FIXTURE = path.join(ROOT, 'harness', 'original')
const MODULES = path.join(FIXTURE, 'node_modules')

jest.setTimeout(180000)

const broker = useBroker()

let workplace
beforeAll(async () => {
  await installLocked(FIXTURE)
  workplace = fs.mkdtempSync(path.join(os.tmpdir(), 'original-tests-'))
  const write = (file, text) => {
    fs.mkdirSync(path.dirname(path.join(workplace, file)), { recursive: true })
    fs.writeFileSync(path.join(workplace, file), text)
  }
  const tests = path.join(MODULES, NAME, 'test')
  for (const file of fs.readdirSync(tests))
    write(`test/${file}`, fs.readFileSync(path.join(tests, file)))
  write('src/message-connector.js', `module.exports = require('${NAME}/src/message-connector')`)
  fs.mkdirSync(path.join(workplace, 'node_modules'))
  fs.symlinkSync(ROOT, path.join(workplace, 'node_modules', NAME), 'junction')
})
afterAll(() => workplace && fs.rmSync(workplace, { recursive: true, force: true }))

test('the 17 tests of 0.1.2 pass with their own configuration, and one warning says what to remove', async () => {
  const [host, port] = broker.connectionString.split(':')
  const mocha = path.join(MODULES, 'mocha', 'bin', '_mocha')
  const ended = run(
    process.execPath,
    // They wait for 1.9 s, and a busy machine may need more than the 0.1 s that mocha's default leaves.
    [mocha, '--reporter', 'json', '--timeout', '30000'],
    {
      cwd: workplace,
      env: { ...process.env, KAFKA_HOST: host, KAFKA_PORT: port, NODE_PATH: MODULES }
    }
  )
  // Where a test fails, mocha exits with a code.
  const { stdout, stderr } = await ended.catch((failure) => failure)
  const { stats, failures } = JSON.parse(stdout)
  expect(failures).toEqual([])
  expect(stats).toMatchObject({ tests: 17, passes: 17, pending: 0 })
  expect(stderr.match(/KafkaWarning/g)).toHaveLength(1)
  expect(stderr).toContain('The options zkOptions and noAckBatchOptions have no effect')
})
