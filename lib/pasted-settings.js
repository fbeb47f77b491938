'use strict'

const { KafkaError } = require('./errors')

const SASL =
  'set security.protocol to sasl_ssl, and sasl.mechanism, sasl.username and sasl.password'
const PEM_AUTHORITY =
  'set ssl.ca.location to a PEM file of certificates; keytool -list -rfc writes those of a Java truststore'
const PKCS12 =
  'remove it. The file of ssl.keystore.location must be PKCS#12; keytool -importkeystore -deststoretype pkcs12 converts ' +
  'others. PEM files belong in ssl.certificate.location and ssl.key.location'
const SERIALISED = 'remove it, since the bus reads and writes messages itself'
const NEGOTIATED = 'remove it, since client and broker negotiate the TLS version'
const TOKENS = 'use the option oauthToken or oauthTokenModule to get tokens'

/** Settings of Java's client and of kafkajs, and what to do instead. */
const PASTED = new Map(
  Object.entries({
    'sasl.jaas.config': SASL,
    'sasl.client.callback.handler.class': TOKENS,
    'sasl.login.callback.handler.class': TOKENS,
    'ssl.truststore.location': PEM_AUTHORITY,
    'ssl.truststore.password': PEM_AUTHORITY,
    'ssl.truststore.type': PEM_AUTHORITY,
    'ssl.truststore.certificates': 'set ssl.ca.pem to the text of the certificates',
    'ssl.keystore.type': PKCS12,
    'ssl.keystore.certificate.chain': 'set ssl.certificate.pem to the text of the certificates',
    'ssl.keystore.key': 'set ssl.key.pem to the text of the key',
    'ssl.enabled.protocols': NEGOTIATED,
    'ssl.protocol': NEGOTIATED,
    'key.serializer': SERIALISED,
    'value.serializer': SERIALISED,
    'key.deserializer': SERIALISED,
    'value.deserializer': SERIALISED,
    'buffer.memory': 'use queue.buffering.max.kbytes',
    'max.request.size': 'use the option maxMessageBytes',
    brokers: 'use the option connectionString',
    clientId: 'use the option clientId',
    sasl: SASL,
    ssl: 'set security.protocol to ssl, or to sasl_ssl with a user name; ssl.ca.location names the authority to trust, unless the system already trusts it'
  })
)

/** What YAML reads as a number or as true may have been written differently: 007, 1e3, yes, or with more digits than a number has. */
const CREDENTIAL = /username|password|passphrase|secret/

/**
 * Refuses what was meant for another client of Kafka, or is not what its author wrote.
 * @param {string} property of the option kafka
 * @param {unknown} setting its value, which is not shown since it may be secret
 * @throws {KafkaError} ERR_KAFKA_PROPERTY
 */
function refusePasted(property, setting) {
  if (PASTED.has(property))
    throw refused(
      `${property} in the option kafka is not a librdkafka property: ${PASTED.get(property)}.`
    )
  if (property === 'ssl.endpoint.identification.algorithm' && setting === '')
    throw refused(
      `${property} in the option kafka is empty, as the Java client accepts. librdkafka's word is none: then the names in the ` +
        "brokers' certificates are not checked. Without the property they are checked."
    )
  if (CREDENTIAL.test(property) && ['number', 'boolean'].includes(typeof setting))
    throw refused(
      `${property} in the option kafka is a ${typeof setting}, so YAML may have changed what was written. Put it in quotes.`
    )
  if (typeof setting === 'string' && /^\$\{[^}]*\}$/.test(setting))
    throw refused(
      `${property} in the option kafka contains the name of an environment variable, not its value. In its configuration ` +
        'file, deepstream replaces it; in code, use process.env.'
    )
}

function refused(message) {
  return new KafkaError('ERR_KAFKA_PROPERTY', message)
}

module.exports = { refusePasted }
