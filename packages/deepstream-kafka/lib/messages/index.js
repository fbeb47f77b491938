'use strict'

const modern = require('./modern')
const legacy = require('./legacy')

/**
 * What a message says, for people.
 *
 * @typedef {object} Decoded
 * @property {string} topic deepstream's name of its topic, such as `EVENT`
 * @property {string} action deepstream's name of its action, such as `EMIT`; '' if it is no message of deepstream
 * @property {string} name of the event, record, procedure or server that it is about; '' if none
 * @property {string} payload the rest; '' if none
 * @property {unknown} message as it was published; undefined also if the text is not JSON
 */

/** @type {Map<string, { topic: string, addressee?: string }>} */
const known = new Map()
/** Some topics contain the names of servers, so there may always be new ones. */
const MOST_KNOWN = 10000

/**
 * @param {string} channel the deepstream topic as the record has it, such as `E`, `PRIVATE/server-2` or `4`
 * @returns {{ topic: string, addressee?: string }} its name, and the one server that its messages are for, if it names one
 */
function topicOf(channel) {
  let found = known.get(channel)
  if (!found) {
    found = legacy.topicOf(channel) ?? { topic: modern.TOPICS.get(channel) ?? channel }
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(channel, found)
  }
  return found
}

/**
 * @param {string} channel
 * @param {string} json the message; '' is `undefined`
 * @returns {Decoded}
 */
function decode(channel, json) {
  const message = parsed(json)
  const { topic } = topicOf(channel)
  const generation = { number: modern, string: legacy }[typeof message?.action]
  if (generation) return { topic, message, ...generation.decode(topic, message) }
  return { topic, message, action: '', name: '', payload: json === '' ? 'undefined' : json }
}

function parsed(json) {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

module.exports = { topicOf, decode }
