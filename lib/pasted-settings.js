'use strict'

const { KafkaError } = require('./errors')

const SASL =
  'set security.protocol to sasl_ssl, and sasl.mechanism, sasl.username and sasl.password'
const PEM_AUTHORITY =
  'set ssl.ca.location to a PEM file of certificates; keytool -list -rfc writes those of a Java truststore'
const PKCS12 =
  'remove it. The file of ssl.keystore.location must be PKCS#12, which keytool -importkeystore -deststoretype pkcs12 makes of ' +
  'another; PEM files belong in ssl.certificate.location and ssl.key.location'
const SERIALISED = 'remove it, since the bus reads and writes messages itself'
const NEGOTIATED = 'remove it, since client and broker agree on the version of TLS'

/** Settings of Java's client and of kafkajs, and what to do instead. */
const PASTED = new Map(
  Object.entries({
    'sasl.jaas.config': SASL,
    'sasl.client.callback.handler.class': 'the options oauthToken and oauthTokenModule get tokens',
    'sasl.login.callback.handler.class': 'the options oauthToken and oauthTokenModule get tokens',
    'ssl.truststore.location': PEM_AUTHORITY,
    'ssl.truststore.password': PEM_AUTHORITY,
    'ssl.truststore.type': PEM_AUTHORITY,
    'ssl.truststore.certificates': 'the text of the certificates is ssl.ca.pem',
    'ssl.keystore.type': PKCS12,
    'ssl.keystore.certificate.chain': 'the text of the certificates is ssl.certificate.pem',
    'ssl.keystore.key': 'the text of the key is ssl.key.pem',
    'ssl.enabled.protocols': NEGOTIATED,
    'ssl.protocol': NEGOTIATED,
    'key.serializer': SERIALISED,
    'value.serializer': SERIALISED,
    'key.deserializer': SERIALISED,
    'value.deserializer': SERIALISED,
    'buffer.memory': 'it is queue.buffering.max.kbytes',
    'max.request.size': 'it is the option maxMessageBytes',
    brokers: 'it is the option connectionString',
    clientId: 'it is the option clientId',
    sasl: SASL,
    ssl: 'set security.protocol to ssl, or to sasl_ssl with a user name; ssl.ca.location names the authority to trust, if it is none that the system trusts'
  })
)

/** What YAML reads as a number or as true may have been written otherwise: 007, 1e3, yes, or more digits than a number has. */
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
      `${property} in the option kafka is no property of librdkafka: ${PASTED.get(property)}.`
    )
  if (property === 'ssl.endpoint.identification.algorithm' && setting === '')
    throw refused(
      `${property} in the option kafka is empty, as Java's client takes it. librdkafka's word is none: the names in the ` +
        'certificates of the brokers are then not checked. Without the property they are.'
    )
  if (CREDENTIAL.test(property) && ['number', 'boolean'].includes(typeof setting))
    throw refused(
      `${property} in the option kafka is a ${typeof setting}, and YAML may have changed what was written. Put it in quotes.`
    )
  if (typeof setting === 'string' && /^\$\{[^}]*\}$/.test(setting))
    throw refused(
      `${property} in the option kafka holds the name of an environment variable, not its value. deepstream puts the value ` +
        'there in its configuration file; in code, use process.env.'
    )
}

function refused(message) {
  return new KafkaError('ERR_KAFKA_PROPERTY', message)
}

module.exports = { refusePasted }
