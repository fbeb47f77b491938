'use strict'

const { KafkaError } = require('./errors')
const { refusePasted } = require('./pasted-settings')

// Each check returns the value that the engine gets, or throws ERR_KAFKA_OPTION; properties() also ERR_KAFKA_PROPERTY.

/** @returns {KafkaError} that the option has this value, but must be what is expected */
function wrong(name, value, expected) {
  // kafka may contain secrets, and some values have no short text, so only simple ones are shown.
  const isShown =
    !name.startsWith('kafka') && ['string', 'number', 'boolean'].includes(typeof value)
  const shown = isShown ? JSON.stringify(value) : kindOf(value)
  return new KafkaError(
    'ERR_KAFKA_OPTION',
    `The option ${name} is ${shown}, but must be ${expected}.`
  )
}

/** What a value is, in words, without showing it. */
function kindOf(value) {
  if (value == null) return String(value)
  if (Array.isArray(value)) return 'a list'
  const kinds = { object: 'an object', bigint: 'a BigInt' }
  return kinds[typeof value] ?? `a ${typeof value}`
}

function integer(min, max) {
  return (value, name) => {
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw wrong(name, value, `a whole number from ${min} to ${max}`)
  }
}

function replicationFactor(value, name) {
  if (value === -1) return value
  if (Number.isInteger(value) && value >= 1 && value <= 32767) return value
  throw wrong(name, value, "-1 (the broker's default) or a whole number from 1 to 32767")
}

function boolean(value, name) {
  if (typeof value === 'boolean') return value
  throw wrong(name, value, 'true or false')
}

function text(value, name) {
  if (typeof value === 'string') return value
  if (Number.isFinite(value)) return String(value) // YAML reads an unquoted 1 as a number
  throw wrong(name, value, 'a string')
}

function provider(value, name) {
  if (typeof value === 'function') return value
  throw wrong(name, value, 'a function that returns a token')
}

function topicName(value, name) {
  const topic = Number.isFinite(value) ? String(value) : value
  if (
    typeof topic === 'string' &&
    /^[a-zA-Z0-9._-]{1,249}$/.test(topic) &&
    topic !== '.' &&
    topic !== '..'
  )
    return topic
  throw wrong(name, value, 'a Kafka topic name: up to 249 letters, digits, ".", "_" and "-"')
}

function properties(value, name) {
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw wrong(name, value, 'an object of librdkafka properties')
  }
  return Object.fromEntries(
    Object.entries(value).map(([property, setting]) => {
      refusePasted(property, setting)
      if (['string', 'number', 'boolean'].includes(typeof setting))
        return [property, String(setting)]
      throw wrong(`${name}: {"${property}"}`, setting, 'a string, a number, true or false')
    })
  )
}

module.exports = {
  wrong,
  integer,
  kindOf,
  replicationFactor,
  boolean,
  text,
  provider,
  topicName,
  properties
}
