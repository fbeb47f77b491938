'use strict'

const { EventEmitter } = require('events')
const { randomUUID } = require('crypto')

const ACKS_ALL = -1

/** Of messages in a request, which is one batch: the broker refuses one above 1 MiB. */
const BATCH_CHARACTERS = 512 * 1024

/**
 * The least that makes a message connector of kafkajs. It has no reading without a group, so each
 * instance is a group of its own. Everything published while a request is under way goes into the
 * next one; one request at a time keeps the order.
 */
class KafkajsConnector extends EventEmitter {
  constructor({ Kafka, logLevel }, connectionString, topic) {
    super()
    this.isReady = false
    this.topic = topic
    this.sender = randomUUID()
    this.ownSuffix = `"_s":"${this.sender}"}`
    this.callbacks = new EventEmitter()
    this.pending = []
    this.isSending = false
    const kafka = new Kafka({ brokers: connectionString.split(','), logLevel: logLevel.NOTHING })
    this.producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    this.consumer = kafka.consumer({ groupId: this.sender, maxWaitTimeInMs: 100 })
    this.connect(kafka.admin()).catch((error) => this.emit('error', error))
  }

  async connect(admin) {
    await admin.connect()
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: this.topic }] })
    await admin.disconnect()
    await this.producer.connect()
    await this.consumer.connect()
    await this.consumer.subscribe({ topic: this.topic, fromBeginning: false })
    const joined = new Promise((resolve) =>
      this.consumer.on(this.consumer.events.GROUP_JOIN, resolve)
    )
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => batch.messages.forEach((record) => this.receive(record))
    })
    await joined
    this.isReady = true
    this.emit('ready')
  }

  receive({ key, value }) {
    const text = value.toString()
    if (text.endsWith(this.ownSuffix)) return
    this.callbacks.emit(key.toString(), JSON.parse(text).data)
  }

  publish(channel, message) {
    const value = JSON.stringify({ data: message, _s: this.sender })
    this.pending.push({ key: channel, value, partition: 0 })
    if (!this.isSending) this.flush()
  }

  async flush() {
    this.isSending = true
    try {
      while (this.pending.length > 0) {
        const messages = this.nextBatch()
        await this.producer.send({ topic: this.topic, messages, acks: ACKS_ALL })
      }
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

module.exports = {
  name: 'kafkajs',
  title: 'thin connector on kafkajs',
  server: require('../servers/kafka'),
  version: () => require('../peers/node_modules/kafkajs/package.json').version,
  load() {
    const kafkajs = require('../peers/node_modules/kafkajs')
    return ({ connectionString }, channel) =>
      new KafkajsConnector(kafkajs, connectionString, channel)
  }
}
