'use strict'

const { randomUUID } = require('node:crypto')
const { isDeepStrictEqual } = require('node:util')
const { Attempt } = require('./attempt')
const { EMBEDDED, settingsOf, startBroker } = require('./brokers')
const { installNode } = require('./nodes')
const { refusalOf, refusals } = require('./refusals')

/** None of them is a default, the connector's or Kafka's. */
const SETTINGS = { partitions: 2, retentionMs: 7200000, maxMessageBytes: 2097152 }

/**
 * @typedef {object} Result
 * @property {string} broker
 * @property {string} node version
 * @property {string} [failure] what did not hold, if anything
 */

/**
 * Goes through the contract with each Node on each broker.
 *
 * @param {object} options
 * @param {string[]} options.nodes versions
 * @param {string[]} options.brokers versions
 * @param {(result: Result) => void} [options.say] called with each result
 * @returns {Promise<Result[]>} broker by broker
 */
async function run({ nodes, brokers, say = () => {} }) {
  const commands = new Map()
  for (const node of nodes) commands.set(node, await installNode(node))
  const results = []
  for (const broker of brokers) {
    for (const [node, failure] of await onBroker(broker, commands)) {
      results.push({ broker, node, failure })
      say(results.at(-1))
    }
  }
  return results
}

/** @returns {Promise<[string, string | undefined][]>} Nodes and what failed with them */
async function onBroker(version, commands) {
  const cluster = await startBroker(version)
  const connectionString = cluster?.connectionString ?? EMBEDDED
  const attempts = Array.from(commands, ([node, command]) => {
    const topics = { connector: randomUUID(), clusterNode: randomUUID() }
    const options = { connectionString, ...SETTINGS }
    const attempt = new Attempt(command, { options, topics, hasOutage: cluster !== undefined })
    return { node, command, topics, attempt }
  })
  try {
    if (cluster) await outage(cluster.brokers[0], attempts)
    const failureOf = async ({ node, command, topics, attempt }) => {
      const failure = await attempt.failure()
      return [node, failure ?? (await (cluster ? misset(cluster, topics) : unsaid(node, command)))]
    }
    return await Promise.all(attempts.map(failureOf))
  } finally {
    await cluster?.stop()
  }
}

/** The broker goes and comes back while all of them talk. */
async function outage(broker, attempts) {
  const all = (work) => Promise.all(attempts.map(({ attempt }) => work(attempt)))
  await all((attempt) => attempt.until('before the outage'))
  await broker.stop()
  await all((attempt) => {
    attempt.goOn()
    return attempt.until('during the outage')
  })
  await broker.start()
}

/** @returns {Promise<string | undefined>} what is wrong with the topics that were created, if anything */
async function misset(cluster, topics) {
  for (const [face, topic] of Object.entries(topics)) {
    const settings = await settingsOf(cluster, topic)
    if (!isDeepStrictEqual(settings, SETTINGS)) {
      return `The topic of the ${face} was created with ${JSON.stringify(settings)}`
    }
  }
  return undefined
}

/** @returns {Promise<string | undefined>} why it is not told how a Node loads addons that does not, if so */
async function unsaid(node, command) {
  for (const { flags, cause } of refusals(node)) {
    const { code, message } = await refusalOf(command, flags)
    if (code !== 'ERR_KAFKA_ADDON' || !message.includes(cause)) {
      return `With ${flags.join(' ')} it says ${code}: ${message}`
    }
  }
  return undefined
}

module.exports = { run }
