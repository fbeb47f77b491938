'use strict'

const { fork } = require('node:child_process')
const path = require('node:path')

const PROCESS = path.join(__dirname, 'process.js')

/** A process with a connector, as seen from the command. What it is to connect to is told by IPC, where nobody else sees it. */
class Participant {
  #child
  #waiting
  #fault

  /** @param {object} options of the connector */
  constructor(options) {
    // What it prints would disturb the table.
    this.#child = fork(PROCESS, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    this.#child.on('message', ({ value, fault }) => {
      if (fault) this.#fail(fault)
      else this.#settle('resolve', value)
    })
    this.#child.once('exit', (code, signal) =>
      this.#fail(`A process of the bench ended (${signal ?? code}).`)
    )
    this.#child.send({ options })
  }

  /**
   * @param {string} name of what it is to do, see process.js
   * @param {object} [argument]
   * @returns {Promise<any>} its answer
   * @throws {Error} if anything failed in it since it was asked last
   */
  ask(name, argument) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      if (this.#fault) this.#settle('reject', this.#fault)
      else this.#child.send({ name, argument })
    })
  }

  end() {
    this.#child.removeAllListeners('exit')
    this.#child.kill('SIGKILL')
  }

  #fail(text) {
    this.#fault ??= new Error(text)
    this.#settle('reject', this.#fault)
  }

  #settle(how, value) {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.[how](value)
  }
}

module.exports = { Participant }
