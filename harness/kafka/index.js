'use strict'

const { KafkaCluster } = require('./cluster')

module.exports = { KafkaCluster }
