'use strict'

const { KafkaCluster } = require('../../harness/kafka')

/** The first start on a machine downloads Kafka. */
const START_TIMEOUT_MS = 180000

/**
 * A Kafka cluster for the tests around the call.
 *
 * @param {object} [options] as for KafkaCluster.start()
 * @returns {{ connectionString: string, cluster: KafkaCluster }} filled before the tests
 */
function useBroker(options) {
  const broker = { connectionString: '', cluster: undefined }
  beforeAll(async () => {
    broker.cluster = await KafkaCluster.start(options)
    broker.connectionString = broker.cluster.connectionString
  }, START_TIMEOUT_MS)
  afterAll(() => broker.cluster?.stop())
  return broker
}

module.exports = { useBroker }
