'use strict'

const { randomBytes } = require('crypto')
const { hostname } = require('os')
const { brokerList } = require('./broker-addresses')
const { withCertificates } = require('./certificates')
const { checkSecurity } = require('./login')
const { metrics } = require('./metrics/option')
const { OBSOLETE, warnOfObsolete } = require('./obsolete-options')
const {
  boolean,
  integer,
  properties,
  provider,
  replicationFactor,
  text,
  topicName
} = require('./option-values')
const { missingConnection, unknownOption } = require('./suggestions')
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
  metrics: { check: metrics },
  kafka: { default: {}, check: properties }
}

/**
 * Checks the options that a user wrote and fills in the defaults.
 * @param {unknown} given
 * @param {{topic?: string, sender?: string}} [face] defaults of the face: its Kafka topic, and the id of this node
 *   on the bus where the face has one already
 * @returns {object} the engine's options
 * @throws {KafkaError} ERR_KAFKA_OPTION, ERR_KAFKA_ZOOKEEPER, or ERR_KAFKA_PROPERTY if a setting of the option kafka is
 *   another client's, or a file for TLS cannot be read
 */
function readOptions(given, face = {}) {
  const names = Object.keys(OPTIONS)
  if (typeof given?.connectionString !== 'string') throw missingConnection(given, names)
  for (const name of Object.keys(given)) {
    if (!names.includes(name) && !OBSOLETE.includes(name)) throw unknownOption(name, names)
  }
  warnOfObsolete(given)
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

module.exports = { OPTIONS, readOptions }
