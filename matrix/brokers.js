'use strict'

const { ConfigResourceTypes } = require('kafkajs')
const { KafkaCluster } = require('../harness/kafka')
const { KAFKA_VERSION } = require('../harness/kafka/download')
const { withAdmin } = require('../harness/kafka/topics')
const { needsZooKeeper } = require('../harness/kafka/zookeeper')

/** The package's own, which every process of the contract has to itself. */
const EMBEDDED = 'embedded'

/** Apache Kafka's, from the oldest that is tried to the one with which everything else is tested. */
const KAFKAS = ['2.8.2', '3.3.2', '3.9.1', '4.0.0', KAFKA_VERSION]

const BROKERS = [EMBEDDED, ...KAFKAS]

/** @returns {string} how the table calls a broker */
function titleOf(version) {
  if (version === EMBEDDED) return 'embedded broker'
  return `Kafka ${version}${needsZooKeeper(version) ? ' with ZooKeeper' : ''}`
}

/**
 * @param {string} version one of BROKERS
 * @returns {Promise<KafkaCluster | undefined>} of one broker; none is needed for the embedded one
 */
async function startBroker(version) {
  // Another one that happens to run is not the one that is asked for.
  delete process.env.KAFKA_BROKERS
  return version === EMBEDDED ? undefined : KafkaCluster.start({ version })
}

/**
 * @param {KafkaCluster} cluster
 * @param {string} topic
 * @returns {Promise<object>} what the connector can configure about it, by the names of its options
 */
function settingsOf(cluster, topic) {
  return withAdmin([cluster.connectionString], async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const { resources } = await admin.describeConfigs({
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }]
    })
    const values = Object.fromEntries(
      resources[0].configEntries.map(({ configName, configValue }) => [configName, configValue])
    )
    return {
      partitions: topics[0].partitions.length,
      retentionMs: Number(values['retention.ms']),
      maxMessageBytes: Number(values['max.message.bytes'])
    }
  })
}

module.exports = { BROKERS, EMBEDDED, KAFKAS, settingsOf, startBroker, titleOf }
