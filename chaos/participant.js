'use strict'

const MessageConnector = require('..')
const { TOPICS, compose, isIntact } = require('./messages')

/** How often a participant publishes what is due, in milliseconds. */
const TICK_MS = 10

/** The deepstream topic of what is sent last of all. */
const LAST = 'last'

/** A node of the deepstream cluster, which publishes at a steady rate and notes what it gets. */
class Participant {
  #index
  #connector
  #timer
  #sent = 0
  #senders = []
  #numbers = []
  #damaged = 0
  /** Nodes whose last message has arrived. */
  #finished = new Set()
  #lastArrivalMs
  #silence = { ms: 0, fromMs: 0 }
  /** @type {Record<string, { count: number, first: string }>} by code */
  #troubles = {}

  /**
   * @param {number} index which node this is
   * @param {object} options of the connector
   */
  constructor(index, options) {
    this.#index = index
    // What is told before the connector is ready.
    process.on('warning', (warning) => this.#note(warning))
    this.#connector = new MessageConnector(options)
    this.#connector.on('error', (error) => this.#note(error))
    for (const topic of TOPICS) {
      this.#connector.subscribe(topic, (message) => this.#take(topic, message))
    }
    this.#connector.subscribe(LAST, (sender) => this.#finished.add(sender))
  }

  /** @returns {Promise<void>} when messages flow */
  async ready() {
    if (this.#connector.isReady) return
    await new Promise((resolve) => this.#connector.once('ready', resolve))
  }

  /** @param {number} perSecond how many messages to publish from now on */
  start(perSecond) {
    const startedMs = performance.now()
    this.#lastArrivalMs = Date.now()
    this.#timer = setInterval(() => {
      // By the clock, so that the rate holds when the machine is busy.
      const due = ((performance.now() - startedMs) / 1000) * perSecond
      while (this.#sent < due) {
        const { topic, message } = compose(this.#index, this.#sent++)
        this.#connector.publish(topic, message)
      }
    }, TICK_MS)
  }

  /** @returns {number} how many messages it published; there are no more to come */
  stop() {
    clearInterval(this.#timer)
    return this.#sent
  }

  /** Says that nothing comes after this; to be called when `undelivered` is 0. */
  finish() {
    this.#connector.publish(LAST, this.#index)
  }

  /** @returns {{ undelivered: number, finished: number }} see stats(); nodes that have finished */
  progress() {
    return { undelivered: this.#connector.stats().undelivered, finished: this.#finished.size }
  }

  /** @returns {import('./report').NodeResult} */
  result() {
    return {
      senders: Uint8Array.from(this.#senders),
      numbers: Uint32Array.from(this.#numbers),
      damaged: this.#damaged,
      silence: this.#silence,
      troubles: this.#troubles,
      stats: this.#connector.stats()
    }
  }

  /**
   * @param {string} topic
   * @param {object} message
   */
  #take(topic, message) {
    const now = Date.now()
    const ms = now - this.#lastArrivalMs
    if (ms > this.#silence.ms) this.#silence = { ms, fromMs: this.#lastArrivalMs }
    this.#lastArrivalMs = now
    this.#senders.push(message.sender)
    this.#numbers.push(message.number)
    if (!isIntact(topic, message)) this.#damaged++
  }

  /** @param {Error} trouble with a code */
  #note({ code = 'without a code', message }) {
    this.#troubles[code] ??= { count: 0, first: message }
    this.#troubles[code].count++
  }
}

module.exports = { Participant }
