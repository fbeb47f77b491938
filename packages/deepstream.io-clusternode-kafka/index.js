'use strict'

module.exports = require('deepstream.io-msg-kafka/cluster-node')
