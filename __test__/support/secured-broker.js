'use strict'

const { PLAIN_USERS } = require('../../harness/kafka/security')
const { useBroker } = require('./broker')

// Brokers that run already have no security.
delete process.env.KAFKA_BROKERS

/**
 * A secured Kafka cluster for the tests around the call. Its connectionString is for those who may do everything.
 *
 * @returns {{ connectionString: string, cluster: object, asAlice: (topic: string) => string[] }} `asAlice` are arguments of the
 *   command deepstream-kafka for a user who comes by SASL over TLS, and may do what she is allowed to
 */
function useSecuredBroker() {
  const broker = useBroker({ security: true })
  broker.asAlice = (topic) => {
    const { listeners, certificates } = broker.cluster
    const properties = {
      'security.protocol': 'sasl_ssl',
      'ssl.ca.location': certificates.ca,
      'sasl.mechanism': 'PLAIN',
      'sasl.username': 'alice',
      'sasl.password': PLAIN_USERS.alice
    }
    const given = Object.entries(properties).flatMap((entry) => ['--kafka', entry.join('=')])
    return ['--connection-string', listeners.saslSsl, '--topic', topic, ...given]
  }
  return broker
}

module.exports = { useSecuredBroker }
