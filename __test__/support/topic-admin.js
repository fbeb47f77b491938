'use strict'

const { Kafka, logLevel } = require('kafkajs')

/**
 * Does something to a Kafka topic behind the nodes' backs.
 *
 * @template T
 * @param {string} connectionString
 * @param {(admin: import('kafkajs').Admin) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function administer(connectionString, work) {
  const brokers = connectionString.split(',')
  const admin = new Kafka({ clientId: 'admin', brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** @returns {Promise<{ low: number, high: number }>} first and next offset of partition 0 */
async function offsetsOf(connectionString, topic) {
  const [{ low, high }] = await administer(connectionString, (admin) =>
    admin.fetchTopicOffsets(topic)
  )
  return { low: Number(low), high: Number(high) }
}

/** Deletes all records of partition 0, as kafka-delete-records.sh does. */
async function deleteRecords(connectionString, topic) {
  await administer(connectionString, async (admin) => {
    const [{ high: offset }] = await admin.fetchTopicOffsets(topic)
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] })
  })
}

/** @param {number} count how many partitions the topic is to have */
async function setPartitions(connectionString, topic, count) {
  const topicPartitions = [{ topic, count }]
  await administer(connectionString, (admin) => admin.createPartitions({ topicPartitions }))
}

module.exports = { administer, offsetsOf, deleteRecords, setPartitions }
