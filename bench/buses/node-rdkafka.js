'use strict'

const { RdkafkaConnector } = require('./rdkafka-connector')

module.exports = {
  name: 'node-rdkafka',
  title: 'thin connector on node-rdkafka',
  server: require('../servers/kafka'),
  needs: 'bench/peers',
  version: () =>
    require('../peers/node_modules/node-rdkafka/package.json').version.replace('v', ''),
  load() {
    const rdkafka = require('../peers/node_modules/node-rdkafka')
    return ({ connectionString }, channel) =>
      new RdkafkaConnector(rdkafka, connectionString, channel)
  }
}
