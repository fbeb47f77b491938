'use strict'

const { KafkaError } = require('./errors')

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']
const IN_WORDS = 'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER'

/** What helps users of other mechanisms. */
const OTHERWISE = {
  GSSAPI: ' Kerberos is not built in.',
  AWS_MSK_IAM:
    ' For AWS MSK with IAM use OAUTHBEARER and the option oauthTokenModule, see docs/configuration.md.'
}

/**
 * Checks that the options for logging in do not contradict each other: that would lead to no connection, or not to the one that was
 * meant.
 * @param {string} addresses the connectionString
 * @param {Record<string, string>} kafka librdkafka's properties
 * @throws {KafkaError} ERR_KAFKA_OPTION
 */
function checkSecurity(addresses, kafka) {
  const given = kafka['security.protocol'] || undefined
  const protocol = (given ?? 'plaintext').toLowerCase()
  checkAddresses(addresses, given, protocol)
  if (protocol.startsWith('sasl')) return checkSasl(protocol, kafka)
  const condition = `while security.protocol is ${given === undefined ? 'not set' : protocol}`
  const begins = (prefix) => Object.keys(kafka).find((name) => name.startsWith(prefix))
  const [sasl, ssl] = [begins('sasl.'), begins('ssl.')]
  if (sasl)
    throw refused(
      `${sasl} in the option kafka has no effect ${condition}. Set kafka: {"security.protocol": "sasl_ssl"}, or ` +
        '"sasl_plaintext" if the brokers do not use TLS, or remove the properties that begin with "sasl.".'
    )
  // Whoever sets it to plaintext knows what the other properties are for.
  if (ssl && given === undefined)
    throw refused(
      `${ssl} in the option kafka has no effect ${condition}. Set kafka: {"security.protocol": "ssl"}, or ` +
        '"sasl_ssl" to log in as well, or remove the properties that begin with "ssl.".'
    )
}

function checkAddresses(addresses, given, protocol) {
  for (const [, prefix] of addresses.matchAll(/(?:^|,)([A-Z_]+):\/\//g)) {
    if (prefix.toLowerCase() === protocol) continue
    const isProtocol = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(prefix)
    const advice = isProtocol
      ? `but security.protocol in the option kafka is ${given === undefined ? 'not set' : protocol}. ` +
        `Set kafka: {"security.protocol": "${prefix.toLowerCase()}"}, or remove ${prefix}://.`
      : 'which is not a Kafka protocol. Remove it; security.protocol in the option kafka sets the protocol.'
    throw refused(`An address in the option connectionString begins with ${prefix}://, ${advice}`)
  }
}

function checkSasl(protocol, kafka) {
  const mechanism = kafka['sasl.mechanism'] || kafka['sasl.mechanisms']
  if (!mechanism)
    throw refused(
      `security.protocol in the option kafka is ${protocol}, but sasl.mechanism is not set. Set ` +
        `kafka: {"sasl.mechanism": ...} to a mechanism that the broker offers: ${IN_WORDS}.`
    )
  if (!MECHANISMS.includes(mechanism)) {
    const written = mechanism.toUpperCase()
    throw refused(
      MECHANISMS.includes(written)
        ? `sasl.mechanism in the option kafka is ${mechanism}, but must be written ${written}.`
        : `sasl.mechanism in the option kafka is ${mechanism}, but must be ${IN_WORDS}.${OTHERWISE[written] ?? ''}`
    )
  }
  if (mechanism === 'OAUTHBEARER') return
  for (const name of ['sasl.username', 'sasl.password'])
    if (!kafka[name])
      throw refused(
        `${name} in the option kafka is ${name in kafka ? 'empty' : 'not set'}, but the sasl.mechanism ${mechanism} requires it. ` +
          'If it comes from an environment variable, check that the variable is set.'
      )
}

function refused(message) {
  return new KafkaError('ERR_KAFKA_OPTION', message)
}

module.exports = { checkSecurity }
