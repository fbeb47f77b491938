'use strict'

const { EventEmitter } = require('events')
const { randomUUID } = require('crypto')

/** Of messages in a request, which is one batch: the broker refuses one above 1 MiB. */
const BATCH_CHARACTERS = 512 * 1024

/**
 * The least that makes a message connector of a Kafka client in JavaScript. Everything published while a
 * request is under way goes into the next one; one request at a time keeps the order. A client brings
 * `connect()`, after which records go to `receive()`, and `send(messages)`.
 */
class BatchingConnector extends EventEmitter {
  /**
   * @param {string} topic of Kafka
   */
  constructor(topic) {
    super()
    this.isReady = false
    this.topic = topic
    this.sender = randomUUID()
    this.ownSuffix = `"_s":"${this.sender}"}`
    this.callbacks = new EventEmitter()
    this.pending = []
    this.isSending = false
    setImmediate(() => this.open())
  }

  async open() {
    try {
      await this.connect()
      this.isReady = true
      this.emit('ready')
    } catch (error) {
      this.emit('error', error)
    }
  }

  /**
   * @param {string} channel
   * @param {string} text
   */
  receive(channel, text) {
    if (text.endsWith(this.ownSuffix)) return
    this.callbacks.emit(channel, JSON.parse(text).data)
  }

  publish(channel, message) {
    const value = JSON.stringify({ data: message, _s: this.sender })
    this.pending.push({ key: channel, value, partition: 0 })
    if (!this.isSending) this.flush()
  }

  async flush() {
    this.isSending = true
    try {
      while (this.pending.length > 0) await this.send(this.nextBatch())
    } catch (error) {
      this.emit('error', error)
    }
    this.isSending = false
  }

  /** @returns {object[]} the messages that were published first, one at least */
  nextBatch() {
    let characters = 0
    const end = this.pending.findIndex(({ value }, index) => {
      characters += value.length
      return index > 0 && characters > BATCH_CHARACTERS
    })
    return this.pending.splice(0, end < 0 ? this.pending.length : end)
  }

  subscribe(channel, callback) {
    this.callbacks.on(channel, callback)
  }

  unsubscribe(channel, callback) {
    this.callbacks.off(channel, callback)
  }
}

module.exports = { BatchingConnector }
