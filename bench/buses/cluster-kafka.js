'use strict'

const { ClusterNodeConnector } = require('./cluster-node')

module.exports = {
  name: 'cluster-kafka',
  title: 'deepstream.io-msg-kafka/cluster-node',
  server: require('../servers/kafka'),
  version: () => require('../../package.json').version,
  load() {
    const KafkaClusterNode = require('../../cluster-node')
    return ({ connectionString }, channel) =>
      new ClusterNodeConnector(KafkaClusterNode, { connectionString, topic: channel })
  }
}
