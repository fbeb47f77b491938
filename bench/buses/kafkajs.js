'use strict'

const { BatchingConnector } = require('./batching-connector')

const ACKS_ALL = -1

/** kafkajs has no reading without a group, so each instance is a group of its own. */
class KafkajsConnector extends BatchingConnector {
  constructor({ Kafka, logLevel }, connectionString, topic) {
    super(topic)
    this.kafka = new Kafka({ brokers: connectionString.split(','), logLevel: logLevel.NOTHING })
    this.producer = this.kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    this.consumer = this.kafka.consumer({ groupId: this.sender, maxWaitTimeInMs: 100 })
  }

  async connect() {
    const admin = this.kafka.admin()
    await admin.connect()
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: this.topic }] })
    await admin.disconnect()
    await this.producer.connect()
    await this.consumer.connect()
    await this.consumer.subscribe({ topic: this.topic, fromBeginning: false })
    const joined = new Promise((resolve) =>
      this.consumer.on(this.consumer.events.GROUP_JOIN, resolve)
    )
    const receive = ({ key, value }) => this.receive(key.toString(), value.toString())
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => batch.messages.forEach(receive)
    })
    await joined
  }

  send(messages) {
    return this.producer.send({ topic: this.topic, messages, acks: ACKS_ALL })
  }
}

module.exports = {
  name: 'kafkajs',
  title: 'thin connector on kafkajs',
  server: require('../servers/kafka'),
  needs: 'bench/peers',
  version: () => require('../peers/node_modules/kafkajs/package.json').version,
  load() {
    const kafkajs = require('../peers/node_modules/kafkajs')
    return ({ connectionString }, channel) =>
      new KafkajsConnector(kafkajs, connectionString, channel)
  }
}
