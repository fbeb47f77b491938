'use strict'

const { ArgumentsError } = require('./arguments-error')
const { DEFAULT_TOPICS } = require('./connection')

/**
 * Looks at the Kafka topic; if nothing says which, at the one of the default topics that exists.
 *
 * @param {object} given the connector's options, not yet checked
 * @param {Pick<typeof import('deepstream.io-msg-kafka/tools'), 'inspect' | 'readOptions'>} tools
 * @returns {Promise<{ options: object, inspection: object, isGuess: boolean }>} checked options with the topic; `isGuess` if none of
 *   the default topics exists
 * @throws {ArgumentsError} if both exist
 */
async function inspectTopic(given, { inspect, readOptions }) {
  const look = async (topic) => {
    const options = readOptions({ ...given, topic })
    // Without a token nothing can be asked.
    const nothing = { brokers: [], topic: null, brokerConfig: null, rights: null }
    const inspection = await inspect(options).catch((error) => ({ ...nothing, error }))
    return { options, inspection, isGuess: false }
  }
  if (given.topic != null) return look(given.topic)
  const looks = await Promise.all(Object.values(DEFAULT_TOPICS).map(look))
  const found = looks.filter(({ inspection }) => inspection.topic)
  if (found.length > 1)
    throw new ArgumentsError(
      `There is both a topic ${found.map(({ options }) => options.topic).join(' and a topic ')}: choose one with --topic.`
    )
  return found[0] ?? { ...looks.at(-1), isGuess: true }
}

module.exports = { inspectTopic }
