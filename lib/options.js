'use strict'

const { randomBytes } = require('crypto')
const { hostname } = require('os')
const { brokerList } = require('./broker-addresses')
const { withCertificates } = require('./certificates')
const { KafkaError } = require('./errors')
const { checkSecurity } = require('./login')
const { unknownOption } = require('./suggestions')
const { withTokens } = require('./token-options')

const MAX_INT = 2147483647
const MIB = 1024 * 1024

/**
 * Every option: its default and the check of its value. docs/configuration.md explains them; a test compares the two.
 * `default` may differ by face, see {@link readOptions}.
 */
const OPTIONS = {
  connectionString: { check: brokerList },
  clientId: { check: text },
  topic: { default: 'deepstream-msg', check: topicName },
  partitions: { default: 1, check: integer(1, 10000) },
  replicationFactor: { default: -1, check: replicationFactor },
  retentionMs: { default: 3600000, check: integer(60000, Number.MAX_SAFE_INTEGER) },
  maxMessageBytes: { default: 16 * MIB, check: integer(1000, 1000000000) },
  createTopic: { default: true, check: boolean },
  connectTimeoutMs: { default: 0, check: integer(0, MAX_INT) },
  flushTimeoutMs: { default: 2000, check: integer(0, MAX_INT) },
  inboxBytes: { default: 16 * MIB, check: integer(65536, MAX_INT) },
  holdPeersMs: { default: 60000, check: integer(0, MAX_INT) },
  oauthToken: { check: provider },
  oauthTokenModule: { check: text },
  kafka: { default: {}, check: properties }
}

/**
 * Checks the options that a user wrote and fills in the defaults.
 * @param {unknown} given
 * @param {{topic?: string, sender?: string}} [face] defaults of the face: its Kafka topic, and the id of this node
 *   on the bus where the face has one already
 * @returns {object} the engine's options
 * @throws {KafkaError} ERR_KAFKA_OPTION, ERR_KAFKA_ZOOKEEPER, or ERR_KAFKA_PROPERTY if a file for TLS cannot be read
 */
function readOptions(given, face = {}) {
  if (typeof given?.connectionString !== 'string') {
    // The original's words.
    throw new KafkaError('ERR_KAFKA_OPTION', 'Missing config parameter "connectionString"')
  }
  const names = Object.keys(OPTIONS)
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) throw unknownOption(name, names)
  }
  const options = {}
  for (const [name, { default: fallback, check }] of Object.entries(OPTIONS)) {
    const value = given[name] ?? face[name] ?? fallback
    if (value !== undefined) options[name] = check(value, name)
  }
  const { kafka, clientId, oauthToken, oauthTokenModule, ...rest } = options
  const tokens = withTokens({ oauthToken, oauthTokenModule, properties: kafka })
  checkSecurity(options.connectionString, tokens.properties)
  // Nodes may share one configuration file, so that the clientId alone does not tell them apart.
  const suffix = randomBytes(6).toString('base64url')
  const sender = face.sender ?? (clientId ? `${clientId}-${suffix}` : suffix)
  // Told to another server that has the same id.
  const host = `${hostname()} ${process.pid}`
  return {
    ...rest,
    clientId: clientId || sender,
    sender,
    host,
    ...tokens,
    properties: withCertificates(tokens.properties)
  }
}

function wrong(name, value, expected) {
  // kafka may hold secrets, and some values have no short text, so only simple ones are shown.
  const isShown =
    !name.startsWith('kafka') && ['string', 'number', 'boolean'].includes(typeof value)
  const shown = isShown ? JSON.stringify(value) : `a ${typeof value}`
  return new KafkaError(
    'ERR_KAFKA_OPTION',
    `The option ${name} is ${shown}, but must be ${expected}.`
  )
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
  throw wrong(name, value, 'a text')
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
      if (['string', 'number', 'boolean'].includes(typeof setting))
        return [property, String(setting)]
      throw wrong(`${name}: {"${property}"}`, setting, 'a text, a number, true or false')
    })
  )
}

module.exports = { OPTIONS, readOptions }
