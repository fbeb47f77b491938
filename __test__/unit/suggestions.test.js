'use strict'

const { OPTIONS, readOptions } = require('../../lib/options')
const { thrown } = require('../support/options')

// The original's words, for which its users may look.
const MISSING = 'Missing config parameter "connectionString"'

function thrownAlone(options) {
  try {
    readOptions(options)
  } catch ({ code, message }) {
    return { code, message }
  }
  throw new Error('Nothing was thrown')
}

test('a variable that is not set may leave nothing at all of a value in YAML', () => {
  const { message } = thrownAlone({ connectionString: null })
  expect(message).toContain('that variable is not set')
  expect(message).toContain(MISSING)
})

test.each([[undefined], [null], [{}], [{ clientId: 'a' }]])(
  'without a connectionString the words of the original come first: %p',
  (options) => {
    const { code, message } = thrownAlone(options)
    expect(code).toBe('ERR_KAFKA_OPTION')
    expect(message).toBe(
      `${MISSING}. It names the Kafka brokers, such as "kafka-1:9092,kafka-2:9092".`
    )
  }
)

test.each([
  ['brokers', { brokers: ['a:1'] }, 'Unknown option "brokers". Did you mean connectionString?'],
  [
    'host and port',
    { host: 'a', port: 1 },
    'Unknown option "host". Did you mean connectionString?'
  ],
  [
    'bootstrap.servers',
    { clientId: 'a', 'bootstrap.servers': 'a:1' },
    'Unknown option "bootstrap.servers". Did you mean connectionString?'
  ],
  [
    'bootstrap.servers under kafka',
    { kafka: { 'bootstrap.servers': 'a:1' } },
    'Instead of bootstrap.servers in the option kafka, use the option connectionString.'
  ],
  [
    'a slip',
    { connectionString: null, conectionString: 'a:1' },
    'Unknown option "conectionString". Did you mean connectionString?'
  ],
  ['a list', { connectionString: ['a:1'] }, 'The option connectionString is a list, but must be'],
  ['a number', { connectionString: 9092 }, 'The option connectionString is a number, but must be'],
  ['an object', { connectionString: {} }, 'The option connectionString is an object, but must be'],
  ['the options as a list', ['a:1'], 'The options are a list, but must be an object'],
  ['the options as a text', 'u:hunter2@a:1', 'The options are a string, but must be an object'],
  [
    'an environment variable that is not set',
    { connectionString: '' },
    'The option connectionString is empty. If it comes from an environment variable, that variable is not set.'
  ],
  ['spaces', { connectionString: ' ' }, 'The option connectionString is empty.']
])(
  '%s instead of a connectionString is told before the words of the original',
  (_, options, says) => {
    const { code, message } = thrownAlone(options)
    expect(code).toBe('ERR_KAFKA_OPTION')
    expect(message.startsWith(says)).toBe(true)
    expect(message.endsWith(` ${MISSING}`)).toBe(true)
    expect(message).not.toContain('hunter2')
  }
)

test.each([
  ['connectionstring', 'connectionString'],
  ['clientID', 'clientId'],
  ['topics', 'topic'],
  ['partition', 'partitions'],
  ['maxMessageByte', 'maxMessageBytes'],
  ['retentionMS', 'retentionMs'],
  ['host', 'connectionString'],
  ['port', 'connectionString'],
  ['brokers', 'connectionString'],
  ['bootstrap.servers', 'connectionString'],
  ['kafkaHost', 'connectionString'],
  ['serverName', 'clientId'],
  ['ssl', 'kafka: {"security.protocol": "ssl"}'],
  ['linger.ms', 'kafka: {"linger.ms": ...}']
])('for the unknown option %s, %s is suggested', (name, suggestion) => {
  const error = thrown({ [name]: 1 })
  expect(error.code).toBe('ERR_KAFKA_OPTION')
  expect(error.message).toBe(`Unknown option "${name}". Did you mean ${suggestion}?`)
})

test('for an unknown option like no other, all are listed', () => {
  const { message } = thrown({ somethingElse: 1 })
  for (const name of Object.keys(OPTIONS)) expect(message).toContain(name)
})

test.each(['constructor', 'toString', '__proto__'])('%s is an unknown option as well', (name) => {
  const options = JSON.parse(`{"connectionString":"a:1","${name}":1}`)
  expect(() => readOptions(options)).toThrow(`Unknown option "${name}". The options are: `)
})
