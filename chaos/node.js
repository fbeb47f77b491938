'use strict'

const path = require('node:path')
const { fork } = require('node:child_process')

/** The longest that a node may take to answer, in milliseconds. */
const ANSWER_TIMEOUT_MS = 60000

/** The parent's end of a node, which has a process of its own. Methods are those of Participant. */
class Node {
  #child
  #exited
  #lastId = 0
  /** @type {Map<number, { resolve: Function, reject: Function }>} requests without an answer */
  #pending = new Map()

  /**
   * @param {number} index
   * @param {object} options of the connector
   */
  constructor(index, options) {
    this.name = `node-${index + 1}`
    const args = [JSON.stringify(index), JSON.stringify(options)]
    // Warnings are counted and reported.
    const execArgv = ['--no-warnings']
    const main = path.join(__dirname, 'node-process.js')
    this.#child = fork(main, args, { serialization: 'advanced', execArgv })
    this.#child.on('message', ({ id, result, error }) => {
      const { resolve, reject } = this.#pending.get(id)
      this.#pending.delete(id)
      if (error) reject(new Error(`${this.name}: ${error}`))
      else resolve(result)
    })
    this.#exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.once('exit', (code, signal) => this.#failAll(signal ?? `exit code ${code}`))
  }

  /** @returns {Promise<void>} */
  ready() {
    return this.#ask('ready')
  }

  /** @returns {Promise<void>} */
  start(perSecond) {
    return this.#ask('start', perSecond)
  }

  /** @returns {Promise<number>} */
  stop() {
    return this.#ask('stop')
  }

  /** @returns {Promise<void>} */
  finish() {
    return this.#ask('finish')
  }

  /** @returns {Promise<{ undelivered: number, finished: number }>} */
  progress() {
    return this.#ask('progress')
  }

  /** @returns {Promise<import('./report').NodeResult>} */
  result() {
    return this.#ask('result')
  }

  /** @returns {Promise<void>} when the process is gone */
  async kill() {
    this.#child.kill('SIGKILL')
    await this.#exited
  }

  /**
   * @param {string} call a method of Participant
   * @param {...any} args
   * @returns {Promise<any>} what it returns
   */
  #ask(call, ...args) {
    if (!this.#child.connected) throw new Error(`The process of ${this.name} has ended`)
    const id = ++this.#lastId
    let timer
    const answer = new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      const late = new Error(`${this.name} did not answer '${call}' in ${ANSWER_TIMEOUT_MS} ms`)
      timer = setTimeout(() => reject(late), ANSWER_TIMEOUT_MS)
      this.#child.send({ id, call, args })
    })
    return answer.finally(() => clearTimeout(timer))
  }

  /** @param {string} end how the process ended */
  #failAll(end) {
    const error = new Error(`The process of ${this.name} ended early (${end})`)
    for (const { reject } of this.#pending.values()) reject(error)
    this.#pending.clear()
  }
}

module.exports = { Node }
