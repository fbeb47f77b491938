'use strict'

const { execFileSync, spawn } = require('child_process')
const { once } = require('events')
const fs = require('fs')
const net = require('net')
const os = require('os')
const path = require('path')
const { setTimeout: sleep } = require('timers/promises')
const { freePort } = require('./free-port')

const HOST = '127.0.0.1'
const START_TIMEOUT_MS = 10000

/**
 * In memory only. Redis drops a subscriber that is more than 32 MB behind; that limit is lifted, so
 * that a slow receiver costs time and not messages.
 */
const SETTINGS = [
  ['--bind', HOST],
  ['--save', ''],
  ['--appendonly', 'no'],
  ['--client-output-buffer-limit', 'pubsub 0 0 0']
].flat()

/**
 * @returns {string} such as 'redis-server 7.0.15'; throws with advice when there is none
 */
function version() {
  try {
    const [, number] = execFileSync('redis-server', ['--version'], { encoding: 'utf8' }).match(
      /v=([\d.]+)/
    )
    return `redis-server ${number}`
  } catch (cause) {
    const advice = 'install it first (Debian, Ubuntu: apt-get install redis-server)'
    throw new Error(`The benchmark needs redis-server on the PATH: ${advice}`, { cause })
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>} true when a server answers there
 */
function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, HOST, () => socket.write('PING\r\n'))
    socket.once('data', () => resolve(true) || socket.destroy())
    socket.once('error', () => resolve(false))
  })
}

/**
 * @returns {Promise<{address: {host: string, port: number}, stop: () => Promise<void>}>} a server
 *   of its own on a free port of the loopback interface
 */
async function start() {
  const port = await freePort()
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-redis-'))
  const args = ['--port', String(port), '--dir', directory, ...SETTINGS]
  const child = spawn('redis-server', args, { stdio: 'ignore' })
  const exited = once(child, 'exit')
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const stop = async () => {
    child.kill()
    await exited
    process.removeListener('exit', kill)
    fs.rmSync(directory, { recursive: true, force: true })
  }
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await answers(port))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      kill()
      throw new Error(`redis-server did not answer on port ${port}`)
    }
    await sleep(20)
  }
  return { address: { host: HOST, port }, stop }
}

module.exports = { kind: 'redis', version, start }
