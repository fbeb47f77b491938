'use strict'

const { read, thrown } = require('../support/options')

const SASL = ['security.protocol', 'sasl.mechanism', 'sasl.username', 'sasl.password']

test.each([
  ['sasl.jaas.config', 'PlainLoginModule required username="u" password="hunter2";', SASL],
  ['sasl.login.callback.handler.class', 'Handler', ['oauthToken', 'oauthTokenModule']],
  ['ssl.truststore.location', '/etc/hunter2.jks', ['ssl.ca.location', 'PEM']],
  ['ssl.truststore.password', 'hunter2', ['ssl.ca.location']],
  ['ssl.truststore.type', 'JKS', ['ssl.ca.location']],
  ['ssl.truststore.certificates', 'hunter2', ['ssl.ca.pem']],
  ['ssl.keystore.type', 'JKS', ['ssl.keystore.location', 'PKCS#12', 'ssl.certificate.location']],
  ['ssl.keystore.key', 'hunter2', ['ssl.key.pem']],
  ['value.serializer', 'StringSerializer', ['remove it']],
  ['buffer.memory', 33554432, ['queue.buffering.max.kbytes']],
  ['max.request.size', 1048576, ['maxMessageBytes']],
  ['brokers', ['hunter2:9092'], ['connectionString']],
  ['sasl', { mechanism: 'plain', username: 'u', password: 'hunter2' }, SASL],
  ['ssl', true, ['security.protocol', 'ssl.ca.location']],
  ['ssl', { key: 'hunter2' }, ['security.protocol']]
])("another client's %s: %p is refused with what stands for it", (name, value, instead) => {
  const { code, message } = thrown({ kafka: { [name]: value } })
  expect(code).toBe('ERR_KAFKA_PROPERTY')
  expect(message).toContain(`${name} in the option kafka is not a librdkafka property`)
  for (const other of instead) expect(message).toContain(other)
  expect(message).not.toContain('hunter2')
})

test("Java's empty ssl.endpoint.identification.algorithm is none", () => {
  const name = 'ssl.endpoint.identification.algorithm'
  const kafka = (value) => ({ 'security.protocol': 'ssl', [name]: value })
  const { code, message } = thrown({ kafka: kafka('') })
  expect(code).toBe('ERR_KAFKA_PROPERTY')
  expect(message).toContain(`${name} in the option kafka is empty`)
  expect(message).toContain("librdkafka's word is none")
  expect(read({ kafka: kafka('none') }).properties[name]).toBe('none')
})

test.each([
  'sasl.password',
  'sasl.username',
  'ssl.key.password',
  'ssl.keystore.password',
  'sasl.oauthbearer.client.secret'
])('%s must be a string, since YAML changes numbers and yes', (name) => {
  // YAML reads 12345678901234567890 as this number.
  for (const [value, type] of [
    [Number('12345678901234567890'), 'number'],
    [7, 'number'],
    [true, 'boolean']
  ]) {
    const { code, message } = thrown({ kafka: { [name]: value } })
    expect(code).toBe('ERR_KAFKA_PROPERTY')
    expect(message).toContain(`${name} in the option kafka is a ${type}`)
    expect(message).toContain('Put it in quotes.')
    expect(message).not.toContain(String(value))
  }
})

test.each(['sasl.password', 'ssl.ca.location', 'client.rack'])(
  '%s that holds a variable, where nobody has put its value, is refused',
  (name) => {
    const { code, message } = thrown({ kafka: { [name]: '${KAFKA_SETTING}' } })
    expect(code).toBe('ERR_KAFKA_PROPERTY')
    expect(message).toContain(
      `${name} in the option kafka contains the name of an environment variable`
    )
  }
)

test('a password may hold what a variable is written with', () => {
  const kafka = {
    'security.protocol': 'sasl_plaintext',
    'sasl.mechanism': 'PLAIN',
    'sasl.username': 'u',
    'sasl.password': 'pa$${word}'
  }
  expect(read({ kafka }).properties['sasl.password']).toBe('pa$${word}')
})
