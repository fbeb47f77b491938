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
  [''],
  [' '],
  [','],
  ['a:1,'],
  ['a:b'],
  ['a:123456'],
  ['a b'],
  ['user:hunter2@a:9092'],
  ['@a:1']
])('%p is no connectionString, and is not shown', (connectionString) => {
  const error = thrown({ connectionString })
  expect(error.code).toBe('ERR_KAFKA_OPTION')
  expect(error.message).toContain('must list Kafka brokers as host:port')
  expect(error.message).not.toContain('hunter2')
})

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
