'use strict'

const { KafkaError } = require('./errors')

/**
 * What of the way to log in contradicts itself, so that no connection could come of it.
 * @param {string} addresses the connectionString
 * @param {Record<string, string>} kafka librdkafka's properties
 * @throws {KafkaError} ERR_KAFKA_OPTION
 */
function checkSecurity(addresses, kafka) {
  const protocol = (kafka['security.protocol'] ?? 'plaintext').toLowerCase()
  for (const [, prefix] of addresses.matchAll(/(?:^|,)([A-Z_]+):\/\//g)) {
    if (prefix.toLowerCase() === protocol) continue
    const isProtocol = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(prefix)
    const advice = isProtocol
      ? `but security.protocol in the option kafka is ${kafka['security.protocol'] === undefined ? 'not set' : protocol}. ` +
        `Set kafka: {"security.protocol": "${prefix.toLowerCase()}"}, or remove ${prefix}://.`
      : 'which is no protocol of Kafka. Remove it; the protocol is security.protocol in the option kafka.'
    throw new KafkaError(
      'ERR_KAFKA_OPTION',
      `An address in the option connectionString begins with ${prefix}://, ${advice}`
    )
  }
  if (protocol.startsWith('sasl') && !kafka['sasl.mechanism'] && !kafka['sasl.mechanisms']) {
    throw new KafkaError(
      'ERR_KAFKA_OPTION',
      `security.protocol in the option kafka is ${protocol}, but sasl.mechanism is not set. Set ` +
        'kafka: {"sasl.mechanism": ...} to a mechanism that the broker offers: PLAIN, SCRAM-SHA-256, ' +
        'SCRAM-SHA-512 or OAUTHBEARER.'
    )
  }
}

module.exports = { checkSecurity }
