'use strict'

/** How long the link may be other than flowing: a slow answer of Kafka ends sooner. */
const LINK_MS = 1000

/** deepstream's servers drop one that they have not heard for 6 s. */
const UNDELIVERED_MS = 5000

/** What the states of the link mean. */
const LINKS = {
  none: 'There is no link to Kafka',
  doubtful: 'Kafka does not answer',
  cutOff: 'No Kafka broker answers',
  leaderless: 'A partition of the Kafka topic has no leader that answers',
  onlyOurs: 'Kafka answers, but not on the connections of this server',
  denied: 'Kafka denies this server to read or to write the topic'
}

/**
 * @typedef {object} Verdict
 * @property {boolean} ok
 * @property {string} [reason] why not
 */

/**
 * @param {object} stats
 * @param {number} [now] in milliseconds since 1970
 * @returns {Verdict} whether messages flow
 */
function health(stats, now = Date.now()) {
  const readiness = ready(stats)
  if (!readiness.ok) return readiness
  const ms = now - stats.linkSince
  if (stats.link !== 'flowing' && ms > LINK_MS)
    return failed(`${LINKS[stats.link]}, for ${inSeconds(ms)} s.`)
  if (stats.undeliveredMs > UNDELIVERED_MS)
    return failed(
      `Kafka has not confirmed a message for ${inSeconds(stats.undeliveredMs)} s; ${stats.undelivered} are waiting.`
    )
  return { ok: true }
}

/** @returns {Verdict} whether the connector has become ready and is not closed */
function ready({ state }) {
  return state === 'ready' ? { ok: true } : failed(`The connector is ${state}, not ready.`)
}

function failed(reason) {
  return { ok: false, reason }
}

function inSeconds(ms) {
  return (ms / 1000).toFixed(1)
}

module.exports = { health, ready }
