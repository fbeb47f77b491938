'use strict'

const { EventEmitter } = require('events')
const { randomUUID } = require('crypto')

/** A whole throughput run fits, since produce() throws when the queue is full. */
const QUEUE_MESSAGES = 500000
const POLL_INTERVAL_MS = 10
const METADATA_TIMEOUT_MS = 10000

/** Of a record: what Kafka takes by default, a little more than librdkafka does. */
const RECORD_BYTES = 1048588

/**
 * The least that makes a message connector of node-rdkafka or of a client with the same interface, with
 * the guarantees of ours: no group, read from the end that is there before 'ready', idempotent producer,
 * one partition.
 */
class RdkafkaConnector extends EventEmitter {
  constructor(rdkafka, connectionString, topic) {
    super()
    this.isReady = false
    this.topic = topic
    this.sender = randomUUID()
    this.ownSuffix = `"_s":"${this.sender}"}`
    this.callbacks = new EventEmitter()
    const common = { 'metadata.broker.list': connectionString }
    this.producer = new rdkafka.Producer({
      ...common,
      'enable.idempotence': true,
      'linger.ms': 0,
      'queue.buffering.max.messages': QUEUE_MESSAGES,
      'message.max.bytes': RECORD_BYTES
    })
    this.consumer = new rdkafka.KafkaConsumer({
      ...common,
      'group.id': this.sender,
      'enable.auto.commit': false,
      'fetch.wait.max.ms': 100
    })
    for (const client of [this.producer, this.consumer]) {
      client.on('event.error', (error) => this.emit('error', error))
    }
    this.producer.once('ready', () => this.createTopic(rdkafka, common))
    this.producer.connect({ timeout: METADATA_TIMEOUT_MS })
  }

  createTopic(rdkafka, common) {
    const admin = rdkafka.AdminClient.create(common)
    const topic = { topic: this.topic, num_partitions: 1, replication_factor: 1 }
    admin.createTopic(topic, (error) => {
      admin.disconnect()
      const exists = error && error.code === rdkafka.CODES.ERRORS.ERR_TOPIC_ALREADY_EXISTS
      if (error && !exists) this.emit('error', error)
      else this.pin()
    })
  }

  pin() {
    this.producer.queryWatermarkOffsets(this.topic, 0, METADATA_TIMEOUT_MS, (error, offsets) => {
      if (error) return this.pin()
      this.consumer.once('ready', () => {
        this.consumer.assign([{ topic: this.topic, partition: 0, offset: offsets.highOffset }])
        this.consumer.on('data', (record) => this.receive(record))
        this.consumer.consume()
        this.producer.setPollInterval(POLL_INTERVAL_MS)
        this.isReady = true
        this.emit('ready')
      })
      this.consumer.connect({ timeout: METADATA_TIMEOUT_MS })
    })
  }

  receive({ key, value }) {
    const text = value.toString()
    if (text.endsWith(this.ownSuffix)) return
    this.callbacks.emit(key.toString(), JSON.parse(text).data)
  }

  publish(channel, message) {
    const value = Buffer.from(JSON.stringify({ data: message, _s: this.sender }))
    this.producer.produce(this.topic, 0, value, channel)
  }

  subscribe(channel, callback) {
    this.callbacks.on(channel, callback)
  }

  unsubscribe(channel, callback) {
    this.callbacks.off(channel, callback)
  }
}

module.exports = { RdkafkaConnector }
