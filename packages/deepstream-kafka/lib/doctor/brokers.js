'use strict'

const { failed, ok, skipped, warning } = require('./result')

/** Records have headers since then, without which there is no bus. */
const OLDEST = [0, 11]
/** The oldest release with which this is tested. */
const OLDEST_TESTED = [2, 8]

/** Kafka's default, in milliseconds, where it is not told. */
const SESSION_MS = 9000

const versionOf = (text) => text.match(/\d+/g).map(Number)
const isOlder = ([a, b = 0], [c, d]) => a < c || (a === c && b < d)

/**
 * @param {{ inspection: { brokers: { id: number, version: string | null }[] } }} facts
 * @returns {import('./result').Result}
 */
function checkVersion({ inspection: { brokers } }) {
  const known = brokers.filter(({ version }) => version)
  if (known.length === 0) return skipped('the brokers do not tell')
  const versions = [...new Set(known.map(({ version }) => version))]
  const oldest = versions.find((version) => isOlder(versionOf(version), OLDEST_TESTED))
  // What is told is the first release that knows the same requests.
  if (oldest === undefined) return ok(`Kafka ${versions.join(' and ')}, or a little later`)
  if (isOlder(versionOf(oldest), OLDEST))
    return failed(`Kafka ${oldest} has no headers of records.`, 'Update the brokers.')
  return warning(
    `Kafka ${oldest} is older than ${OLDEST_TESTED.join('.')}, the oldest that is tested.`,
    'Update the brokers.'
  )
}

/**
 * Kafka replaces a broker that was killed after its session's time-out; until then nothing can be said, and deepstream's servers
 * would drop each other if they were not held.
 *
 * @param {{ inspection: { brokers: object[], brokerConfig: object | null }, options: { holdPeersMs: number },
 *   server: { nodeInactiveTimeoutMs: number } }} facts
 * @returns {import('./result').Result}
 */
function checkTimeouts({ inspection: { brokers, brokerConfig }, options, server }) {
  const { nodeInactiveTimeoutMs: inactiveMs } = server
  const { holdPeersMs: holdMs } = options
  const told = brokerConfig?.['broker.session.timeout.ms']
  const sessionMs = Number(told ?? SESSION_MS)
  const seconds = (ms) => `${ms / 1000} s`
  const kafka = `Kafka replaces a broker that was killed after ${seconds(sessionMs)} (broker.session.timeout.ms${told ? '' : "'s default"})`
  const deepstream = `deepstream drops a server that is silent for ${seconds(inactiveMs)}`
  if (brokers.length === 1)
    return ok(`${deepstream}, and is kept from it for ${seconds(holdMs)} while Kafka is silent`)
  if (sessionMs < inactiveMs) return ok(`${kafka}; ${deepstream}`)
  if (holdMs > sessionMs)
    return ok(`${kafka}; ${deepstream}, but holdPeersMs prevents that for ${seconds(holdMs)}`)
  return warning(
    `${kafka}, but ${deepstream}, and holdPeersMs prevents that only for ${seconds(holdMs)}: when a broker fails, servers drop each other.`,
    `Set the option holdPeersMs to more than ${sessionMs}; its default is 60000.`
  )
}

module.exports = { checkTimeouts, checkVersion }
