'use strict'

const { readOptions } = require('../../lib/options')
const { read, thrown } = require('../support/options')

const LOGIN = { 'sasl.mechanism': 'PLAIN', 'sasl.username': 'u', 'sasl.password': 'hunter2' }
const SASL = { 'security.protocol': 'sasl_ssl', ...LOGIN }

test.each(['SSL', 'SASL_SSL', 'SASL_PLAINTEXT'])(
  '%s:// in a connectionString needs the same security.protocol',
  (protocol) => {
    const connectionString = `a:1,${protocol}://b:2`
    for (const kafka of [{}, { 'security.protocol': 'plaintext' }]) {
      const { code, message } = thrown({ connectionString, kafka })
      expect(code).toBe('ERR_KAFKA_OPTION')
      expect(message).toContain(`Set kafka: {"security.protocol": "${protocol.toLowerCase()}"}`)
    }
    const kafka = { 'security.protocol': protocol, ...(protocol !== 'SSL' && LOGIN) }
    expect(readOptions({ connectionString, kafka }).connectionString).toBe(connectionString)
  }
)

test('a protocol that Kafka does not have is refused by its name', () => {
  const { code, message } = thrown({ connectionString: 'HTTPS://a:1' })
  expect(code).toBe('ERR_KAFKA_OPTION')
  expect(message).toContain('HTTPS://, which is not a Kafka protocol')
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

test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
  'the mechanism %s must be written as librdkafka does, and needs a user name and a password',
  (mechanism) => {
    const kafka = { ...SASL, 'sasl.mechanism': mechanism }
    expect(read({ kafka }).properties).toMatchObject(kafka)
    const wrong = { ...SASL, 'sasl.mechanism': mechanism.toLowerCase() }
    expect(thrown({ kafka: wrong })).toMatchObject({
      code: 'ERR_KAFKA_OPTION',
      message: `sasl.mechanism in the option kafka is ${mechanism.toLowerCase()}, but must be written ${mechanism}.`
    })
    for (const name of ['sasl.username', 'sasl.password']) {
      const { [name]: _, ...without } = kafka
      const { code, message } = thrown({ kafka: without })
      expect(code).toBe('ERR_KAFKA_OPTION')
      expect(message).toContain(`${name} in the option kafka is not set`)
      expect(message).not.toContain('hunter2')
      const empty = thrown({ kafka: { ...kafka, [name]: '' } })
      expect(empty.message).toContain(`${name} in the option kafka is empty`)
      expect(empty.message).toContain('check that the variable is set')
    }
  }
)

test.each([
  ['GSSAPI', 'Kerberos is not built in.'],
  ['AWS_MSK_IAM', 'use OAUTHBEARER and the option oauthTokenModule'],
  ['SCRAM-SHA-384', 'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER.']
])('the mechanism %s is refused with those that there are', (mechanism, says) => {
  const { code, message } = thrown({ kafka: { ...SASL, 'sasl.mechanism': mechanism } })
  expect(code).toBe('ERR_KAFKA_OPTION')
  expect(message).toContain(`is ${mechanism}, but must be PLAIN, SCRAM-SHA-256,`)
  expect(message).toContain(says)
})

test.each([
  [undefined, 'not set'],
  ['', 'not set'],
  ['plaintext', 'plaintext'],
  ['SSL', 'ssl']
])(
  'with the security.protocol %p, sasl.* would have no effect and is refused',
  (protocol, shown) => {
    const kafka = { ...LOGIN, ...(protocol !== undefined && { 'security.protocol': protocol }) }
    const { code, message } = thrown({ kafka })
    expect(code).toBe('ERR_KAFKA_OPTION')
    expect(message).toContain(`sasl.mechanism in the option kafka has no effect`)
    expect(message).toContain(`while security.protocol is ${shown}. `)
    expect(message).toContain('Set kafka: {"security.protocol": "sasl_ssl"}')
    expect(message).not.toContain('hunter2')
  }
)

test('without a security.protocol, ssl.* would have no effect and is refused, unless plaintext is what is wanted', () => {
  const kafka = { 'ssl.ca.location': '/etc/our-ca.pem' }
  const { code, message } = thrown({ kafka })
  expect(code).toBe('ERR_KAFKA_OPTION')
  expect(message).toContain('ssl.ca.location in the option kafka has no effect')
  expect(message).toContain('Set kafka: {"security.protocol": "ssl"}')
  read({ kafka: { ...kafka, 'security.protocol': 'plaintext' } })
})
