'use strict'

const { settingsFrom } = require('../options')

test('Redis and this package are measured when nothing is asked for', () => {
  expect(settingsFrom([])).toMatchObject({ buses: ['redis', 'kafka'], repeat: 5, rate: 1000 })
})

test('--peers adds the other Kafka clients', () => {
  expect(settingsFrom(['--peers']).buses).toEqual(['redis', 'kafka', 'node-rdkafka', 'kafkajs'])
})

test('--stalls is for kafka only, unless --only says otherwise', () => {
  expect(settingsFrom(['--stalls', '3'])).toMatchObject({ buses: ['kafka'], stalls: 3 })
  expect(settingsFrom(['--stalls', '3', '--only', 'redis']).buses).toEqual(['redis'])
})

test('--quick can be combined with other options', () => {
  expect(settingsFrom(['--quick', '--messages', '7'])).toMatchObject({ repeat: 1, messages: 7 })
})

test('--property adds a variant of this package', () => {
  expect(
    settingsFrom(['--property', 'linger.ms=1', '--property', 'client.rack=a=b'])
  ).toMatchObject({
    buses: ['redis', 'kafka', 'kafka-variant'],
    properties: { 'linger.ms': '1', 'client.rack': 'a=b' }
  })
})

test('nonsense is refused', () => {
  expect(() => settingsFrom(['--repeat', 'x'])).toThrow("--repeat needs a number above 0, not 'x'")
  expect(() => settingsFrom(['--only', 'redis,nats'])).toThrow("there is no bus 'nats'")
  expect(() => settingsFrom(['--property', 'linger.ms'])).toThrow("not 'linger.ms'")
  expect(() => settingsFrom(['--fast'])).toThrow('--fast')
})
