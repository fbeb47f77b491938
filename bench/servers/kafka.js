'use strict'

/**
 * @returns {string} such as 'Apache Kafka 3.9.1'
 */
function version() {
  if (process.env.KAFKA_BROKERS) return 'Apache Kafka as KAFKA_BROKERS names it'
  return `Apache Kafka ${require('../../harness/kafka/download').KAFKA_VERSION}`
}

/**
 * @returns {Promise<{address: {connectionString: string}, stop: () => Promise<void>}>} a cluster of
 *   one broker
 */
async function start() {
  const { KafkaCluster } = require('../../harness/kafka')
  const cluster = await KafkaCluster.start({ brokers: 1 })
  return {
    address: { connectionString: cluster.connectionString },
    stop: () => cluster.stop()
  }
}

module.exports = { kind: 'kafka', version, start }
