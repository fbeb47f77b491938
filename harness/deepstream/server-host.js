'use strict'

const { fork } = require('node:child_process')
const path = require('node:path')
const { Channel } = require('./channel')
const { factsOf, folderOf } = require('./versions')

/** What makes deepstream 1 to 3 start on current versions of Node. */
const OLD_DEEPSTREAM = path.join(__dirname, '..', '..', 'examples', 'old-deepstream.js')

/**
 * A process for deepstream servers of one version. It never outlives this process. With the environment variable
 * DEEPSTREAM_LOGS all that it prints is printed here as well.
 */
class ServerHost {
  /**
   * @param {string} version deepstream's version, installed in the fixture
   * @param {string} name shown before what it prints
   * @param {Record<string, (...args: any[]) => any>} handlers what its servers may call
   */
  constructor(version, name, handlers) {
    /** @type {string} all that it has printed so far */
    this.logs = ''
    this._process = fork(path.join(__dirname, 'server.js'), [], {
      cwd: folderOf(version),
      execArgv: factsOf(version).era === 'legacy' ? ['--require', OLD_DEEPSTREAM] : [],
      silent: true
    })
    for (const stream of [this._process.stdout, this._process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.logs += text
        if (process.env.DEEPSTREAM_LOGS) process.stderr.write(`${name} | ${text}`)
      })
    }
    this._channel = new Channel(this._process, handlers)
    /**
     * Resolves when the process has ended and all its output is in `logs`.
     * @type {Promise<{ code: number | null, signal: string | null }>}
     */
    this.ended = new Promise((resolve) => {
      this._process.once('close', (code, signal) => resolve({ code, signal }))
    })
  }

  /** @returns {number} the process id */
  get pid() {
    return this._process.pid
  }

  /** @returns {boolean} */
  get isRunning() {
    return this._process.exitCode === null && this._process.signalCode === null
  }

  /**
   * @param {string} name one of the handlers in server.js
   * @param {...any} args
   * @returns {Promise<any>}
   * @throws {Error} when the call fails there, or the process ends before it answers
   */
  call(name, ...args) {
    return this._channel.call(name, ...args)
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    this._process.kill(name)
  }

  /**
   * @param {'SIGKILL' | 'SIGTERM'} [signal] by default it ends at once, as in a crash
   * @returns {ServerHost['ended']}
   */
  kill(signal = 'SIGKILL') {
    this.signal(signal)
    return this.ended
  }
}

module.exports = { ServerHost }
