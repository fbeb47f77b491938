'use strict'

const path = require('path')
const { ClusterNodeConnector } = require('./cluster-node')
const { kafka, ROOT, TITLE: PACKAGE } = require('./kafka')

const NAME = 'cluster-kafka'
const TITLE = `${PACKAGE}/cluster-node`

/**
 * The cluster node of this package.
 *
 * @param {object} [build] as kafka() takes it
 * @returns {object} the bus
 */
function clusterKafka({ name = NAME, title = TITLE, root = ROOT, properties } = {}) {
  return {
    ...kafka({ name, title, root }),
    sendsDirect: true,
    load() {
      const KafkaClusterNode = require(path.join(root, 'cluster-node'))
      return ({ connectionString }, channel) => {
        const options = { connectionString, topic: channel, kafka: properties }
        return new ClusterNodeConnector(KafkaClusterNode, options)
      }
    }
  }
}

module.exports = { clusterKafka, TITLE }
