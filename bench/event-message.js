'use strict'

/**
 * The messages that cross the bus: events as deepstream 1.1.1 hands them to its message connector,
 * 190 bytes of JSON, or more on request. Every message carries its number, so that a receiver can tell which one
 * it is, and the rest of its content is a function of that number, so that it can be checked.
 */

const CHANNEL = 'E'
const SYMBOLS = ['AUDCAD', 'CHFJPY', 'EURGBP', 'EURUSD', 'GBPUSD', 'NZDUSD', 'USDCHF', 'USDJPY']
const NAMES = SYMBOLS.map((symbol) => `rates/fx/${symbol}`)
const SIDES = ['bidPrice', 'askPrice']
const PRICES = Array.from({ length: 997 }, (_, index) => (1 + index * 0.001003).toFixed(6))
const PAYLOAD_PREFIX = 'O{"n":'

/** What makes a message larger: one of so many texts, each of which begins with another price. */
const DEPTHS = 31
const PRICE_LIST = PRICES.join(' ')
const PRICE_STEP = PRICES[0].length + 1

/** Smaller than an ordinary message, which has 190. */
const SHORT_BYTES = 100

/** Numbers have twelve digits, so that they always stand at the same place in the payload. */
const NUMBER_DIGITS = 12
const LOWEST_NUMBER = 1e11

/**
 * Writing out a large number takes as long as much of what is measured here, so the last four
 * digits come from a table and the ones before them are kept until they change.
 */
const LAST_DIGITS = Array.from({ length: 10000 }, (_, index) => String(index).padStart(4, '0'))
let tenThousands = 0
let firstDigits = ''

/** The texts of the size that was last asked for: making a large message costs as little as a small one. */
let depthsBytes = 0
let depths = ['']

/**
 * @param {number} bytes of JSON that the whole message shall have
 * @returns {string[]} what may be added to its payload
 */
function depthsFor(bytes) {
  if (bytes === depthsBytes) return depths
  const bytesWith = (depth) => Buffer.byteLength(JSON.stringify(assemble(LOWEST_NUMBER, depth)))
  const missing = bytes - bytesWith(depthField(0, 0))
  // The payload is in the message twice.
  const length = Math.max(0, Math.round(missing / 2))
  depths = Array.from({ length: DEPTHS }, (_, index) => depthField(index, length))
  depthsBytes = bytes
  return depths
}

/**
 * @param {number} index which of the texts
 * @param {number} length of the text
 * @returns {string} a field of the payload
 */
function depthField(index, length) {
  const start = index * PRICE_STEP
  const list = PRICE_LIST.padEnd(start + length, ` ${PRICE_LIST}`)
  return `,"depth":"${list.slice(start, start + length)}"`
}

/**
 * @param {number} number an integer of twelve digits
 * @param {number} [bytes] of JSON that it shall have, 100 or at least 220; without it, it has 190
 * @returns {{raw: string, topic: string, action: string, data: string[]}} a new object each time,
 *   because deepstream's connectors may change what they are given
 */
function eventMessage(number, bytes) {
  if (bytes === SHORT_BYTES) return shortMessage(number)
  return assemble(number, bytes === undefined ? '' : depthsFor(bytes)[number % DEPTHS])
}

/**
 * @param {number} number
 * @returns {object} a message of 100 bytes: as deepstream 4 and later make them, without `raw`
 */
function shortMessage(number) {
  const last = number % LAST_DIGITS.length
  const payload = `${PAYLOAD_PREFIX}${number},"current":${PRICES[last % PRICES.length]}}`
  return { topic: CHANNEL, action: 'EVT', data: [NAMES[last % NAMES.length], payload] }
}

/**
 * @param {number} count
 * @returns {string[]} so many names of deepstream topics
 */
function topicNames(count) {
  return Array.from({ length: count }, (_, index) => `T${index}`)
}

/**
 * @param {number} number
 * @param {string} depth
 * @returns {object} the message
 */
function assemble(number, depth) {
  let last = number - tenThousands * LAST_DIGITS.length
  if (last < 0 || last >= LAST_DIGITS.length) {
    tenThousands = Math.floor(number / LAST_DIGITS.length)
    firstDigits = String(tenThousands)
    last = number - tenThousands * LAST_DIGITS.length
  }
  const name = NAMES[last % NAMES.length]
  const side = SIDES[(last >> 3) & 1]
  const price = PRICES[last % PRICES.length]
  const payload = `${PAYLOAD_PREFIX}${firstDigits}${LAST_DIGITS[last]},"${side}":${price}${depth}}`
  return {
    raw: `E\u001fEVT\u001f${name}\u001f${payload}`,
    topic: CHANNEL,
    action: 'EVT',
    data: [name, payload]
  }
}

/**
 * Reads the number of a received message. It sits on the path that is measured, hence no regular
 * expression and no JSON.parse.
 *
 * @param {{data: string[]}} message
 * @returns {number} NaN for a message that is not one of ours
 */
function numberOf(message) {
  const payload = message.data[1]
  if (payload === undefined) return NaN
  let number = 0
  for (let at = PAYLOAD_PREFIX.length; at < PAYLOAD_PREFIX.length + NUMBER_DIGITS; at++) {
    number = number * 10 + payload.charCodeAt(at) - 48
  }
  return number
}

/**
 * @param {object} message as received
 * @param {number} [bytes] that were asked for when it was made
 * @returns {boolean} true when the whole content is that of the message with this number
 */
function isIntact(message, bytes) {
  const expected = eventMessage(numberOf(message), bytes)
  return (
    message.raw === expected.raw &&
    message.topic === expected.topic &&
    message.action === expected.action &&
    message.data.length === 2 &&
    message.data[0] === expected.data[0] &&
    message.data[1] === expected.data[1]
  )
}

module.exports = { CHANNEL, LOWEST_NUMBER, eventMessage, numberOf, isIntact, topicNames }
