'use strict'

const clusterKafka = require('./cluster-kafka')
const { ClusterNodeConnector } = require('./cluster-node')

module.exports = {
  ...clusterKafka,
  name: 'cluster-kafka-variant',
  title: 'the same, with --property',
  load() {
    const KafkaClusterNode = require('../../cluster-node')
    return ({ connectionString }, channel, properties) =>
      new ClusterNodeConnector(KafkaClusterNode, {
        connectionString,
        topic: channel,
        kafka: properties
      })
  }
}
