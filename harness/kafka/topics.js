'use strict'

const { Kafka, logLevel } = require('kafkajs')

/** For one admin request, in milliseconds: enough for a busy machine, yet a hang ends. */
const REQUEST_TIMEOUT_MS = 10000

/**
 * @param {string[]} addresses
 * @param {string} name
 * @param {object} options
 * @param {number} options.partitions
 * @param {number} [options.replicationFactor] the brokers' default if absent
 * @param {Record<string, string | number | boolean>} options.config
 * @returns {Promise<void>} when the controller has accepted it; brokers may not have heard of it
 *   yet
 * @throws {Error} when the topic exists already, or the controller refuses it
 */
async function createTopic(addresses, name, { partitions, replicationFactor = -1, config }) {
  const topic = {
    topic: name,
    numPartitions: partitions,
    replicationFactor,
    configEntries: Object.entries(config).map(([key, value]) => ({
      name: key,
      value: String(value)
    }))
  }
  const request = { topics: [topic], waitForLeaders: false }
  const created = await withAdmin(addresses, (admin) => admin.createTopics(request))
  if (!created) throw new Error(`The topic ${name} exists already`)
}

/**
 * @param {string[]} addresses
 * @param {string} name
 * @returns {Promise<void>} when the controller has accepted it; brokers may still show the topic
 * @throws {Error} when there is no such topic, or the controller refuses
 */
async function deleteTopic(addresses, name) {
  await withAdmin(addresses, (admin) => admin.deleteTopics({ topics: [name] }))
}

/**
 * @template T
 * @param {string[]} addresses
 * @param {(admin: import('kafkajs').Admin) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function withAdmin(addresses, work) {
  const admin = new Kafka({
    clientId: 'harness',
    brokers: addresses,
    logLevel: logLevel.NOTHING,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { initialRetryTime: 50, retries: 6 }
  }).admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

module.exports = { createTopic, deleteTopic, withAdmin }
