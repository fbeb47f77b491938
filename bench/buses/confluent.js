'use strict'

const { RdkafkaConnector } = require('./rdkafka-connector')

module.exports = {
  name: 'confluent',
  title: 'thin connector on @confluentinc/kafka-javascript',
  server: require('../servers/kafka'),
  needs: 'bench/peers',
  version: () =>
    require('../peers/node_modules/@confluentinc/kafka-javascript/package.json').version.replace(
      'v',
      ''
    ),
  load() {
    const rdkafka = require('../peers/node_modules/@confluentinc/kafka-javascript')
    return ({ connectionString }, channel) =>
      new RdkafkaConnector(rdkafka, connectionString, channel)
  }
}
