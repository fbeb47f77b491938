'use strict'

const { readOptions } = require('../../lib/options')
const { thrown } = require('../support/options')

test.each([
  ['kafka'],
  ['kafka:9092'],
  ['127.0.0.1:9092'],
  ['[::1]:9092'],
  ['a:1,b:2,c'],
  ['PLAINTEXT://a:9093'],
  ['KAFKA_HOST'],
  ['embedded'],
  ['embedded:4711'],
  ['k-1.example.com:9092']
])('%s is a connectionString', (connectionString) => {
  expect(readOptions({ connectionString }).connectionString).toBe(connectionString)
})

test('spaces in a connectionString do not matter', () => {
  expect(readOptions({ connectionString: ' a:1 , b:2 ' }).connectionString).toBe('a:1,b:2')
})

test.each([
  [','],
  ['a:1,'],
  ['a:b'],
  ['a b'],
  ['user:hunter2@a:9092'],
  ['user:$hunter2@a:9092'],
  ['a:9092,user:p$hunter2@a:9092'],
  ['@a:1']
])('%p is no connectionString, and is not shown', (connectionString) => {
  const error = thrown({ connectionString })
  expect(error.code).toBe('ERR_KAFKA_OPTION')
  expect(error.message).toContain('must list Kafka brokers as host:port')
  expect(error.message).not.toContain('hunter2')
})

test.each([
  ['a:0', '0'],
  ['a:1,b:65536', '65536'],
  ['[::1]:99999', '99999'],
  ['a:1234567', '1234567'],
  ['embedded:0', '0'],
  ['PLAINTEXT://a:70000', '70000']
])('%s has no port that there can be', (connectionString, port) => {
  const { code, message } = thrown({ connectionString })
  expect(code).toBe('ERR_KAFKA_OPTION')
  expect(message).toContain(`has the port ${port}. Ports go from 1 to 65535`)
  expect(readOptions({ connectionString: 'a:1,b:65535' }).connectionString).toBe('a:1,b:65535')
})

test.each(['${KAFKA_HOST}', 'a:1,${KAFKA_HOST}:9092', '$KAFKA_HOST', '${KAFKA_HOST:-a:1}'])(
  '%s, where nobody has put the value of the variable, is refused with how it is done',
  (connectionString) => {
    const { code, message } = thrown({ connectionString })
    expect(code).toBe('ERR_KAFKA_OPTION')
    expect(message).toContain('instead of the value of an environment variable')
    expect(message).toContain('deepstream replaces ${KAFKA_HOST}, with braces')
    expect(message).toContain('in code, use process.env.KAFKA_HOST.')
  }
)

test.each([
  ['zk:2181'],
  ['zk-1:2181,zk-2:2181/kafka'],
  ['zk:2182/chroot'],
  ['a:9092,zk:2181'],
  ['zk:2181/']
])(
  'the ZooKeeper address %s, as the original wanted it, is refused with what to write',
  (connectionString) => {
    const error = thrown({ connectionString })
    expect(error.code).toBe('ERR_KAFKA_ZOOKEEPER')
    expect(error.message).toContain('kafka-1:9092')
  }
)
