'use strict'

const { EMPTY, EXAMPLE, MISSING } = require('./broker-addresses')
const { KafkaError } = require('./errors')
const { kindOf } = require('./option-values')

/** What people write instead, from other connectors and clients. */
const OTHER_NAMES = new Map(
  Object.entries({
    host: 'connectionString',
    hosts: 'connectionString',
    port: 'connectionString',
    url: 'connectionString',
    brokers: 'connectionString',
    nodes: 'connectionString',
    servers: 'connectionString',
    kafkahost: 'connectionString',
    bootstrapservers: 'connectionString',
    bootstrap_servers: 'connectionString',
    'bootstrap.servers': 'connectionString',
    'metadata.broker.list': 'connectionString',
    servername: 'clientId',
    'client.id': 'clientId',
    ssl: 'kafka: {"security.protocol": "ssl"}',
    sasl: 'kafka: {"security.protocol": "sasl_ssl", "sasl.mechanism": ..., "sasl.username": ..., "sasl.password": ...}'
  })
)

/**
 * @param {string} name that a user wrote
 * @param {string[]} options names of all options
 * @returns {KafkaError} with what was probably meant
 */
function unknownOption(name, options) {
  const suggestion = suggest(name, options)
  const advice = suggestion
    ? `Did you mean ${suggestion}?`
    : `The options are: ${options.join(', ')}.`
  return new KafkaError('ERR_KAFKA_OPTION', `Unknown option "${name}". ${advice}`)
}

/**
 * @param {unknown} given the options, without a connectionString that is a string
 * @param {string[]} options names of all options
 * @returns {KafkaError} with where the brokers were given instead, if they were
 */
function missingConnection(given, options) {
  const mistake = insteadOfConnection(given, options)
  return new KafkaError(
    'ERR_KAFKA_OPTION',
    mistake
      ? `${mistake} ${MISSING}`
      : `${MISSING}. It names the Kafka brokers, such as ${EXAMPLE}.`
  )
}

function insteadOfConnection(given, options) {
  if (given == null) return undefined
  if (typeof given !== 'object' || Array.isArray(given))
    return `The options are ${kindOf(given)}, but must be an object, such as {connectionString: ${EXAMPLE}}.`
  const value = given.connectionString
  if (value != null)
    return `The option connectionString is ${kindOf(value)}, but must be a string: the brokers, separated by commas, such as ${EXAMPLE}.`
  const name = Object.keys(given).find(
    (name) => !options.includes(name) && suggest(name, options) === 'connectionString'
  )
  if (name)
    return `${unknownOption(name, options).message} It names the brokers, such as ${EXAMPLE}.`
  const property = ['bootstrap.servers', 'metadata.broker.list'].find((name) => given.kafka?.[name])
  if (property)
    return `Instead of ${property} in the option kafka, use the option connectionString.`
  // An unset variable in YAML, where nothing is left of the value.
  return value === null ? EMPTY : undefined
}

function suggest(name, options) {
  const isProperty = name.includes('.')
  return (
    OTHER_NAMES.get(name.toLowerCase()) ??
    (isProperty ? `kafka: {"${name}": ...}` : closest(name, options))
  )
}

/**
 * @param {string} name that a user wrote
 * @param {string[]} options names of all options
 * @returns {string | undefined} the closest name, if it is close enough to be what was meant
 */
function closest(name, options) {
  const nearest = options
    .map((option) => ({ option, distance: distance(name.toLowerCase(), option.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0]
  return nearest.distance <= Math.max(2, nearest.option.length / 3) ? nearest.option : undefined
}

/** Levenshtein's distance of two words. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(substitution, row[j] + 1, next[j - 1] + 1)
    }
    row = next
  }
  return row[b.length]
}

module.exports = { closest, missingConnection, unknownOption }
