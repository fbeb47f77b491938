'use strict'

const tools = require('deepstream.io-msg-kafka/tools')
const { ArgumentsError } = require('./arguments-error')
const { DEFAULT_TOPICS, readConnection } = require('./connection')
const { inspectTopic } = require('./topic-choice')

/**
 * @param {object} flags of a command with addConnectionOptions()
 * @param {object} [defaults] for options of the connector that neither the arguments nor the configuration file give
 * @returns {Promise<object>} the options of the bus, checked
 * @throws {ArgumentsError} if the arguments do not say which bus
 * @throws {Error} ERR_KAFKA_OPTION and others of readOptions(); if nothing says which topic, also what prevents looking for it
 */
async function busOptions(flags, defaults) {
  const { options } = readConnection(flags)
  const given = { ...defaults, ...options }
  if (given.topic != null) return tools.readOptions(given)
  const { options: chosen, inspection, isGuess } = await inspectTopic(given, tools)
  if (inspection.error) throw inspection.error
  if (isGuess)
    throw new ArgumentsError(
      `There is neither a topic ${Object.values(DEFAULT_TOPICS).join(' nor a topic ')}: choose one with --topic.`
    )
  return chosen
}

module.exports = { busOptions }
