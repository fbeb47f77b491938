'use strict'

const { BatchingConnector } = require('./batching-connector')

/** Records that the stream of a consumer holds: as many as its default would keep a receiver idle between two fetches. */
const BUFFERED_RECORDS = 100000

/** Each instance is a group of its own, as with kafkajs. */
class PlatformaticConnector extends BatchingConnector {
  constructor(client, connectionString, topic) {
    super(topic)
    this.client = client
    this.options = { clientId: this.sender, bootstrapBrokers: connectionString.split(',') }
  }

  async connect() {
    const { Admin, Consumer, Producer, stringDeserializers, stringSerializers } = this.client
    const admin = new Admin(this.options)
    const existing = await admin.listTopics()
    if (!existing.includes(this.topic)) {
      await admin.createTopics({ topics: [this.topic], partitions: 1, replicas: 1 })
    }
    await admin.close()
    this.producer = new Producer({
      ...this.options,
      serializers: stringSerializers,
      idempotent: true,
      acks: this.client.ProduceAcks.ALL
    })
    const consumer = new Consumer({
      ...this.options,
      groupId: this.sender,
      deserializers: stringDeserializers,
      highWaterMark: BUFFERED_RECORDS
    })
    const stream = await consumer.consume({
      topics: [this.topic],
      mode: this.client.MessagesStreamModes.LATEST,
      autocommit: false,
      maxWaitTime: 100
    })
    stream.on('error', (error) => this.emit('error', error))
    stream.on('data', ({ key, value }) => this.receive(key, value))
  }

  send(messages) {
    return this.producer.send({
      messages: messages.map((message) => ({ topic: this.topic, ...message }))
    })
  }
}

module.exports = {
  name: 'platformatic',
  title: 'thin connector on @platformatic/kafka',
  server: require('../servers/kafka'),
  needs: 'bench/peers',
  version: () => require('../peers/node_modules/@platformatic/kafka/package.json').version,
  load() {
    const client = require('../peers/node_modules/@platformatic/kafka/dist/index.js')
    return ({ connectionString }, channel) =>
      new PlatformaticConnector(client, connectionString, channel)
  }
}
