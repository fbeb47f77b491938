'use strict'

const engine = require('./engine')

/** Keeps them from being collected, at which they would end. */
const running = []

/**
 * Starts an in-memory development broker, which ends with this process. For the package deepstream-kafka.
 *
 * @param {string[]} topics Kafka topics that it creates, with one partition each; it creates no others
 * @returns {string} the connectionString by which the processes of this machine find it
 * @throws {import('./errors').KafkaError} when there is no addon, or no port is free
 */
function startDevBroker(topics) {
  const broker = new engine.NativeDevBroker()
  running.push(broker)
  for (const topic of topics) broker.createTopic(topic, 1)
  return `embedded:${broker.address.split(':').pop()}`
}

module.exports = { startDevBroker }
