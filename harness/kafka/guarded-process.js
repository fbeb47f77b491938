'use strict'

const fs = require('node:fs')
const { spawn } = require('node:child_process')
const { once } = require('node:events')

/**
 * Becomes the command, whose process id is thus the shell's, and leaves a guard behind that reads
 * the standard input: it ends when the parent dies, however it dies, and then the guard kills the
 * whole group. The guard is itself of that group, so the group's id cannot belong to somebody else
 * by then.
 */
const GUARDED = `
exec 3<&0
(cat <&3 >/dev/null; kill -s KILL -- -$$) &
exec "$@" 3<&- </dev/null
`

/**
 * A child process that never outlives its parent and does not keep the parent's event loop alive.
 */
class GuardedProcess {
  #child

  /**
   * @param {string} command
   * @param {string[]} args
   * @param {string} logFile gets standard output and standard error, after what it holds already
   */
  constructor(command, args, logFile) {
    const log = fs.openSync(logFile, 'a')
    // detached: a process group of its own, which Ctrl-C in a terminal does not reach.
    this.#child = spawn('sh', ['-c', GUARDED, 'sh', command, ...args], {
      stdio: ['pipe', log, log],
      detached: true
    })
    fs.closeSync(log)
    this.#child.unref()
    this.#child.stdin.unref()
  }

  get pid() {
    return this.#child.pid
  }

  get isAlive() {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** 'exit code 1' or 'SIGKILL'; of a process that is not alive. */
  get end() {
    return this.#child.signalCode ?? `exit code ${this.#child.exitCode}`
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    this.#child.kill(name)
  }

  /** @returns {Promise<void>} when the process is gone; keeps the event loop alive until then */
  async gone() {
    if (!this.isAlive) return
    this.#child.ref()
    await once(this.#child, 'exit')
  }
}

module.exports = { GuardedProcess }
