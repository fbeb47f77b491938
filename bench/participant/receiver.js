'use strict'

const { CHANNEL, numberOf, isIntact } = require('../event-message')
const { nowMs } = require('./clock')
const { Tally } = require('./tally')

/**
 * Receives the numbered messages of one sender, checks each of them, and says when all of a run
 * have come.
 */
class Receiver {
  /**
   * @param {object} connector
   * @param {number} first the number of the first message to come
   */
  constructor(connector, first) {
    this.tally = new Tally(first)
    this.run = null
    connector.subscribe(CHANNEL, (message) => this.receive(message))
  }

  /**
   * @param {object} message
   */
  receive(message) {
    const number = numberOf(message)
    const run = this.run
    if (run && run.checkContent && !isIntact(message)) this.tally.damage()
    if (run && run.arrivedAt && number >= run.first && number < run.end) {
      run.arrivedAt[number - run.first] = nowMs()
    }
    this.tally.count(number)
    if (run && this.tally.next === run.end) run.complete(nowMs())
  }

  /**
   * Waits for the messages of one run. Call it before the first one is sent.
   *
   * @param {object} run
   * @param {number} run.first
   * @param {number} run.count
   * @param {number} run.timeoutMs
   * @param {boolean} [run.timestamps] keep the time of arrival of each message
   * @param {boolean} [run.checkContent] compare each message as a whole
   * @returns {Promise<{lastAt: number, arrivedAt: Float64Array|null}>} fails when not all came
   */
  expect({ first, count, timeoutMs, timestamps, checkContent }) {
    return new Promise((resolve, reject) => {
      const arrivedAt = timestamps ? new Float64Array(count) : null
      const finish = (settle, value) => {
        clearTimeout(timer)
        this.run = null
        settle(value)
      }
      const giveUp = () => {
        const seen = this.tally.next - first
        const after = `${timeoutMs / 1000} s after the last was sent`
        finish(reject, new Error(`only ${seen} of ${count} messages had arrived ${after}`))
      }
      let timer = null
      const complete = (lastAt) => finish(resolve, { lastAt, arrivedAt })
      /** The time limit starts when the sender says that it is done. */
      const sent = () => (timer = setTimeout(giveUp, timeoutMs))
      this.run = { first, end: first + count, arrivedAt, checkContent, complete, sent }
    })
  }

  /** The sender is done: from now on the rest has to arrive within the time limit. */
  sent() {
    if (this.run) this.run.sent()
  }
}

module.exports = { Receiver }
