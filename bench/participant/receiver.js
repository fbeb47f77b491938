'use strict'

const { CHANNEL, numberOf, isIntact, topicNames } = require('../event-message')
const { nowMs } = require('./clock')
const { Tally } = require('./tally')

/**
 * Receives the numbered messages of all other senders, checks each of them, and says when all of a
 * run have come.
 */
class Receiver {
  /**
   * @param {object} connector
   * @param {number[]} firsts of each other sender, the number of its first message
   * @param {number} [topics] how many deepstream topics may carry messages besides the usual one
   */
  constructor(connector, firsts, topics = 0) {
    this.tallies = firsts.map((first) => new Tally(first))
    /** Messages of nobody that this node listens to, such as its own, which no bus may hand back. */
    this.unexpected = 0
    this.run = null
    /** Settled when the run is over: {lastAt, arrivedAt}, or an error when not all came. */
    this.arrived = null
    const receive = (message) => this.receive(message)
    for (const topic of [CHANNEL, ...topicNames(topics)]) connector.subscribe(topic, receive)
  }

  /**
   * @param {object} message
   */
  receive(message) {
    const number = numberOf(message)
    const tally = this.tallyOf(number)
    if (!tally) {
      this.unexpected++
      return
    }
    const run = this.run
    if (run && run.checkContent && !isIntact(message, run.bytes)) tally.damage()
    if (run && run.arrivedAt) run.arrivedAt[number - run.first] = nowMs()
    tally.count(number)
    if (run && tally.next === tally.end && this.isComplete()) run.complete(nowMs())
  }

  /**
   * @param {number} number
   * @returns {Tally|undefined} of its sender
   */
  tallyOf(number) {
    for (const tally of this.tallies) if (tally.covers(number)) return tally
    return undefined
  }

  isComplete() {
    return this.tallies.every(({ next, end }) => next >= end)
  }

  /**
   * Makes ready for the messages of one run, before the first one is sent; `arrived` then waits for
   * them.
   *
   * @param {object} run
   * @param {number[]} run.firsts of each sender, the number of its first message of this run
   * @param {number} run.count of messages of each sender
   * @param {number} run.timeoutMs
   * @param {boolean} [run.timestamps] keep the time of arrival of each message; for one sender only
   * @param {boolean} [run.checkContent] compare each message as a whole
   * @param {number} [run.bytes] how large they are, for that comparison
   */
  expect({ firsts, count, timeoutMs, timestamps, checkContent, bytes }) {
    for (const first of firsts) this.tallyOf(first).end = first + count
    const arrivedAt = timestamps ? new Float64Array(count) : null
    this.arrived = new Promise((resolve, reject) => {
      let timer = null
      const finish = (settle, value) => {
        clearTimeout(timer)
        this.run = null
        settle(value)
      }
      const giveUp = () => {
        const missing = this.tallies.reduce((sum, { next, end }) => sum + end - next, 0)
        const total = firsts.length * count
        const after = `${timeoutMs / 1000} s after the last was sent`
        finish(
          reject,
          new Error(`only ${total - missing} of ${total} messages had arrived ${after}`)
        )
      }
      const complete = (lastAt) => finish(resolve, { lastAt, arrivedAt })
      /** The time limit starts when the senders are done. */
      const sent = () => (timer = setTimeout(giveUp, timeoutMs))
      this.run = { first: firsts[0], arrivedAt, checkContent, bytes, complete, sent }
    })
  }

  /** The senders are done: from now on the rest has to arrive within the time limit. */
  sent() {
    if (this.run) this.run.sent()
  }

  /**
   * @returns {{received: number, repeated: number, skipped: number, damaged: number,
   *   unexpected: number, fault: string|null}} of all senders together
   */
  result() {
    const sum = { received: 0, repeated: 0, skipped: 0, damaged: 0 }
    let firstFault = null
    for (const { fault, ...counts } of this.tallies.map((tally) => tally.result())) {
      for (const name of Object.keys(sum)) sum[name] += counts[name]
      firstFault = firstFault || fault
    }
    return { ...sum, unexpected: this.unexpected, fault: firstFault }
  }
}

module.exports = { Receiver }
