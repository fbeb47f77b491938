'use strict'

const kafka = require('./kafka')

module.exports = {
  ...kafka,
  name: 'kafka-variant',
  title: 'the same, with --property',
  load() {
    const KafkaConnector = require('../..')
    return ({ connectionString }, channel, properties) =>
      new KafkaConnector({
        connectionString,
        topic: channel,
        clientId: `bench-${process.pid}`,
        kafka: properties
      })
  }
}
