'use strict'

const { Numbers } = require('../numbers')

/**
 * The parent's end of a participant: a process of its own with one node of the bus.
 */
class Participant {
  /**
   * @param {string} role for messages to the user, such as 'sender' or 'receiver'
   * @param {import('./process').Process} process
   */
  constructor(role, process) {
    this.role = role
    /** Those of the messages that it sends. */
    this.numbers = new Numbers()
    this.pending = new Map()
    this.lastId = 0
    this.process = process
    process.onAnswer(({ id, result, error }) => {
      const { resolve, reject } = this.pending.get(id)
      this.pending.delete(id)
      if (error) reject(new Error(`${role}: ${error}`))
      else resolve(result)
    })
    this.exited = new Promise((resolve) => process.child.once('exit', resolve))
    process.child.once('exit', (code, signal) => {
      const error = new Error(`the ${role} process ended early (${signal || `code ${code}`})`)
      for (const { reject } of this.pending.values()) reject(error)
      this.pending.clear()
    })
  }

  /**
   * @param {string} call the name of a method of calls.js
   * @param {object} [argument]
   * @param {number} [timeoutMs]
   * @returns {Promise<any>} what the method returned
   */
  ask(call, argument, timeoutMs = 120000) {
    const id = ++this.lastId
    const answered = new Promise((resolve, reject) => this.pending.set(id, { resolve, reject }))
    this.process.send({ id, call, argument })
    let timer
    const expired = new Promise((_, reject) => {
      const message = `the ${this.role} did not finish '${call}' within ${timeoutMs / 1000} s`
      timer = setTimeout(() => reject(new Error(message)), timeoutMs)
    })
    return Promise.race([answered, expired]).finally(() => clearTimeout(timer))
  }

  /** Ends the process; a participant exits when its channel closes. */
  async stop() {
    this.process.close()
    const timer = setTimeout(() => this.process.child.kill('SIGKILL'), 10000)
    await this.exited
    clearTimeout(timer)
  }
}

module.exports = { Participant }
