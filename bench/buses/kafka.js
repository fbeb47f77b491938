'use strict'

module.exports = {
  name: 'kafka',
  title: 'deepstream.io-msg-kafka',
  server: require('../servers/kafka'),
  version: () => require('../../package.json').version,
  load() {
    const KafkaConnector = require('../..')
    return ({ connectionString }, channel) =>
      new KafkaConnector({ connectionString, topic: channel, clientId: `bench-${process.pid}` })
  }
}
