'use strict'

const engine = require('./engine')
const { KafkaError } = require('./errors')
const { TokenSource, handOver } = require('./token-source')

/**
 * @typedef {object} Inspection what one look at the brokers and the Kafka topic shows
 * @property {KafkaError | null} error why a server could not connect now, in the words in which it would say so
 * @property {{id: number, host: string, port: number, version: string | null}[]} brokers all that are there, as the
 *   cluster says; `version` is the earliest Kafka release that knows the same requests, null if the broker does not answer
 * @property {TopicView | null} topic null if there is none, or none to be seen
 * @property {{error: KafkaError | null, refusal: string | null} | null} creation where the topic is missing and a server may create it: why it
 *   could not, and in which words the brokers refuse the settings, so that it would be created without; null otherwise
 * @property {Record<string, string> | null} brokerConfig of the first broker; null without the right DescribeConfigs on the cluster
 * @property {{read: boolean, write: boolean} | null} rights of this user on the topic; null if the broker does not tell
 */

/**
 * @typedef {object} TopicView
 * @property {{id: number, leader: number, replicas: number[], inSync: number[]}[]} partitions by id; a leader of -1 is none
 * @property {Record<string, string> | null} config null without the right DescribeConfigs on the topic
 */

/**
 * Looks at the brokers and the Kafka topic, and changes nothing. Takes up to ten seconds if no broker answers.
 *
 * @param {object} options of readOptions()
 * @returns {Promise<Inspection>}
 * @throws {KafkaError} ERR_KAFKA_PROPERTY, ERR_KAFKA_ADDON or ERR_KAFKA_TOKEN
 */
async function inspect(options) {
  const seen = await withEngine(options, (native) => native.look())
  const { brokers = [], topic = null, brokerConfig = null, rights = null } = seen
  const error = errorOf(seen.error)
  const creation = seen.creation ? { ...seen.creation, error: errorOf(seen.creation.error) } : null
  return { error, brokers, topic, creation, brokerConfig, rights }
}

/**
 * @param {object} options of readOptions()
 * @returns {Promise<number>} how many milliseconds the leader of the first partition takes to answer a small request, on a
 *   connection of its own
 * @throws {KafkaError} if it does not
 */
async function roundTrip(options) {
  const { error, roundTripMs } = await withEngine(options, (native) => native.roundTrip())
  if (error) throw errorOf(error)
  return roundTripMs
}

/**
 * Creates the Kafka topic as a server would, unless it is there.
 *
 * @param {object} options of readOptions()
 * @throws {KafkaError} if it cannot be created, or not with the settings that the options ask for
 */
async function createTopic(options) {
  await changed(options, (native) => native.createTopic())
}

/**
 * Deletes the Kafka topic and all that is in it, if it is there.
 *
 * @param {object} options of readOptions()
 * @throws {KafkaError} if it cannot be deleted
 */
async function deleteTopic(options) {
  await changed(options, (native) => native.deleteTopic())
}

/**
 * @param {object} options of readOptions()
 * @returns {string} the command of Kafka's tools that creates the topic as a server would
 */
function topicCommand(options) {
  return construct(options).topicCommand()
}

async function changed(options, change) {
  const { error } = await withEngine({ ...options, createTopic: true }, change)
  if (error) throw errorOf(error)
}

/** @returns {Promise<object>} what the engine's task tells as JSON, see src/survey.rs */
async function withEngine(options, task) {
  const native = construct(options)
  const tokens = options.oauthToken && (await giveToken(native, options.oauthToken))
  try {
    return JSON.parse(await task(native))
  } finally {
    tokens?.stop()
  }
}

function construct(options) {
  try {
    return new engine.NativeBus(options, () => {})
  } catch (error) {
    throw KafkaError.fromThrown(error)
  }
}

/** @returns {Promise<TokenSource>} when the engine has a token */
function giveToken(native, provide) {
  return new Promise((resolve, reject) => {
    const source = new TokenSource(provide, {
      give: (token) => {
        handOver(token, native)
        resolve(source)
      },
      tell: (error) => {
        source.stop()
        reject(error)
      }
    })
    source.start()
  })
}

function errorOf(told) {
  return told ? KafkaError.fromEvent({ ...told, topic: undefined }) : null
}

module.exports = { inspect, roundTrip, createTopic, deleteTopic, topicCommand }
