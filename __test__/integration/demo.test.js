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
    ['1.1.1', 'the embedded broker', { DEEPSTREAM: '', KAFKA: 'embedded' }],
    ['1.1.1', 'a real broker', { DEEPSTREAM: '1', KAFKA: 'real' }],
    ['7.0.2', 'the embedded broker', { DEEPSTREAM: '7', KAFKA: 'embedded' }],
    ['7.0.2', 'a real broker', { DEEPSTREAM: '7', KAFKA: 'real' }]
  ])('every step succeeds with deepstream %s on %s', async (version, _broker, env) => {
    const { stdout } = await runOnce(env)

    expect(stdout).toMatch(new RegExp(`server A +deepstream ${version},`))
    expect(stdout).toMatch(new RegExp(`server B +deepstream ${version},`))
    expect(stdout).toMatch(/A -> B +greeting/)
    expect(stdout).toMatch(/B -> A +B sets degrees/)
    expect(stdout).toMatch(/double\(21\) = 42/)
    expect(stdout).toMatch(/published +\d+ +\d+/)
  })

  test('it refuses a deepstream that it does not have, and says which there are', async () => {
    await expect(runOnce({ DEEPSTREAM: '4' })).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/DEEPSTREAM is '4'; it can be 1 .*1\.1\.1.* or 7 .*7\.0\.2/)
    })
  })

  test.each([
    ['1.1.1', '1'],
    ['7.0.2', '7']
  ])('Ctrl-C ends all processes of deepstream %s, and is no failure', async (_version, major) => {
    const demo = start({ DEEPSTREAM: major })
    await demo.prints(/It runs until you press Ctrl-C/)

    process.kill(-demo.child.pid, 'SIGINT')

    expect(await demo.ended).toEqual([0, null])
    expect(serverPids(demo.output()).filter(isRunning)).toEqual([])
  })

  test('it fails with a reason when a server ends before its time', async () => {
    const demo = start({ DEEPSTREAM: '' })
    await demo.prints(/server B .* process \d+/)
    const [serverA, serverB] = serverPids(demo.output())

    process.kill(serverB, 'SIGKILL')

    expect(await demo.ended).toEqual([1, null])
    expect(demo.output()).toMatch(/The demo failed: server B has ended/)
    expect(isRunning(serverA)).toBe(false)
  })
})

/** Runs the demo until it ends by itself. */
function runOnce(settings) {
  const env = { ...process.env, ...settings, DEMO_ONCE: '1' }
  return run(process.execPath, [DEMO], { env })
}

/** Starts the demo in a process group of its own, as a shell does. */
function start(settings) {
  const env = { ...process.env, ...settings, KAFKA: 'embedded', DEMO_ONCE: '' }
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
