'use strict'

/**
 * The messages that cross the bus: events as deepstream 1.1.1 hands them to its message connector,
 * about 190 bytes of JSON. Every message carries its number, so that a receiver can tell which one
 * it is, and the rest of its content is a function of that number, so that it can be checked.
 */

const CHANNEL = 'E'
const SYMBOLS = ['AUDCAD', 'CHFJPY', 'EURGBP', 'EURUSD', 'GBPUSD', 'NZDUSD', 'USDCHF', 'USDJPY']
const NAMES = SYMBOLS.map((symbol) => `rates/fx/${symbol}`)
const SIDES = ['bidPrice', 'askPrice']
const PRICES = Array.from({ length: 997 }, (_, index) => (1 + index * 0.001003).toFixed(6))
const PAYLOAD_PREFIX = 'O{"n":'

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

/**
 * @param {number} number an integer of twelve digits
 * @returns {{raw: string, topic: string, action: string, data: string[]}} a new object each time,
 *   because deepstream's connectors may change what they are given
 */
function eventMessage(number) {
  let last = number - tenThousands * LAST_DIGITS.length
  if (last < 0 || last >= LAST_DIGITS.length) {
    tenThousands = Math.floor(number / LAST_DIGITS.length)
    firstDigits = String(tenThousands)
    last = number - tenThousands * LAST_DIGITS.length
  }
  const name = NAMES[last % NAMES.length]
  const side = SIDES[(last >> 3) & 1]
  const price = PRICES[last % PRICES.length]
  const payload = `${PAYLOAD_PREFIX}${firstDigits}${LAST_DIGITS[last]},"${side}":${price}}`
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
 * @returns {boolean} true when the whole content is that of the message with this number
 */
function isIntact(message) {
  const expected = eventMessage(numberOf(message))
  return (
    message.raw === expected.raw &&
    message.topic === expected.topic &&
    message.action === expected.action &&
    message.data.length === 2 &&
    message.data[0] === expected.data[0] &&
    message.data[1] === expected.data[1]
  )
}

module.exports = { CHANNEL, LOWEST_NUMBER, eventMessage, numberOf, isIntact }
