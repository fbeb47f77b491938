import KafkaClusterNode = require('deepstream.io-msg-kafka/cluster-node')

export = KafkaClusterNode
