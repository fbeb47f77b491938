'use strict'

const { fork } = require('node:child_process')
const path = require('node:path')

const CONTRACT = path.join(__dirname, 'contract.js')
/** Longer than the contract's own limits of time together. */
const PATIENCE_MS = 180000

/** One process that goes through the contract. */
class Attempt {
  #child
  #end
  #failure
  #stderr = ''
  #moments = new Map()

  /**
   * @param {string} node path of the command
   * @param {object} argument see contract.js
   */
  constructor(node, argument) {
    const stdio = ['ignore', 'ignore', 'pipe', 'ipc']
    const options = { execPath: node, execArgv: [], stdio, timeout: PATIENCE_MS }
    this.#child = fork(CONTRACT, [JSON.stringify(argument)], options)
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#stderr += text))
    this.#end = new Promise((resolve) => {
      this.#child.once('error', ({ message }) => resolve(message))
      this.#child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    this.#child.on('message', ({ at, failure }) => {
      if (failure) this.#failure = failure
      else this.#moment(at).pass()
    })
  }

  /** @returns {Promise<void>} when the contract is there, or the process has ended before */
  async until(at) {
    await Promise.race([this.#moment(at).passed, this.#end])
  }

  /** Lets a contract go on that waits. */
  goOn() {
    if (this.#child.connected) this.#child.send('go on')
  }

  /** @returns {Promise<string | undefined>} what failed, when the process has ended by itself or was killed after 180 s */
  async failure() {
    const end = await this.#end
    if (this.#failure) return this.#failure
    if (end !== 'exit code 0') return `The process ended (${end}) ${this.#stderr}`
    return this.#moment('end').isOver ? undefined : 'The process ended before it was through'
  }

  #moment(at) {
    if (!this.#moments.has(at)) {
      const moment = { isOver: false }
      moment.passed = new Promise((resolve) => {
        moment.pass = () => {
          moment.isOver = true
          resolve()
        }
      })
      this.#moments.set(at, moment)
    }
    return this.#moments.get(at)
  }
}

module.exports = { Attempt }
