'use strict'

const { OPTIONS, readOptions } = require('../../lib/options')
const { thrown } = require('../support/options')

test.each([[undefined], [null], ['text'], [5], [{}], [{ connectionString: 5 }], [[]]])(
  'without a connectionString the words are those of the original: %p',
  (options) => {
    expect(() => readOptions(options)).toThrow('Missing config parameter "connectionString"')
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
  ['serverName', 'clientId'],
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
  expect(() => readOptions(options)).toThrow(`Unknown option "${name}"`)
})
