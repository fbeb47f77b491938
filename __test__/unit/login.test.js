'use strict'

const { readOptions } = require('../../lib/options')
const { read, thrown } = require('../support/options')

test.each(['SSL', 'SASL_SSL', 'SASL_PLAINTEXT'])(
  '%s:// in a connectionString needs the same security.protocol',
  (protocol) => {
    const connectionString = `a:1,${protocol}://b:2`
    for (const kafka of [{}, { 'security.protocol': 'plaintext' }]) {
      const { code, message } = thrown({ connectionString, kafka })
      expect(code).toBe('ERR_KAFKA_OPTION')
      expect(message).toContain(`Set kafka: {"security.protocol": "${protocol.toLowerCase()}"}`)
    }
    const kafka = { 'security.protocol': protocol, 'sasl.mechanism': 'PLAIN' }
    expect(readOptions({ connectionString, kafka }).connectionString).toBe(connectionString)
  }
)

test('a protocol that Kafka does not have is refused by its name', () => {
  const { code, message } = thrown({ connectionString: 'HTTPS://a:1' })
  expect(code).toBe('ERR_KAFKA_OPTION')
  expect(message).toContain('HTTPS://, which is no protocol of Kafka')
})

test.each(['sasl_ssl', 'SASL_PLAINTEXT'])('%s needs a sasl.mechanism', (protocol) => {
  const kafka = { 'security.protocol': protocol, 'sasl.username': 'u', 'sasl.password': 'hunter2' }
  const { code, message } = thrown({ kafka })
  expect(code).toBe('ERR_KAFKA_OPTION')
  expect(message).toContain('sasl.mechanism is not set')
  expect(message).not.toContain('hunter2')
  for (const name of ['sasl.mechanism', 'sasl.mechanisms'])
    read({ kafka: { ...kafka, [name]: 'PLAIN' } })
})
