'use strict'

const path = require('path')
const { settingsFrom } = require('../options')

test('Redis and this package are measured when nothing is asked for', () => {
  expect(settingsFrom([])).toMatchObject({
    face: 'connector',
    buses: ['redis', 'kafka'],
    repeat: 5,
    rate: 1000
  })
})

test('--face cluster-node measures cluster nodes in place of message connectors', () => {
  const face = ['--face', 'cluster-node']
  expect(settingsFrom(face)).toMatchObject({
    face: 'cluster-node',
    buses: ['cluster-redis', 'cluster-kafka']
  })
  expect(settingsFrom([...face, '--stalls', '3']).buses).toEqual(['cluster-kafka'])
  expect(settingsFrom([...face, '--only', 'cluster-redis']).buses).toEqual(['cluster-redis'])
  expect(settingsFrom([...face, '--property', 'linger.ms=1']).buses).toEqual([
    'cluster-redis',
    'cluster-kafka',
    'cluster-kafka-variant'
  ])
})

test('each face has its own buses', () => {
  const face = ['--face', 'cluster-node']
  expect(() => settingsFrom([...face, '--only', 'kafka'])).toThrow(
    "no bus 'kafka' with --face cluster-node, only cluster-redis, cluster-kafka"
  )
  expect(() => settingsFrom(['--only', 'cluster-kafka'])).toThrow("no bus 'cluster-kafka'")
  expect(() => settingsFrom([...face, '--peers'])).toThrow(
    '--peers cannot be combined with --face cluster-node'
  )
})

test('--peers adds what a user could take instead', () => {
  expect(settingsFrom(['--peers']).buses).toEqual([
    'redis',
    'kafka',
    'cluster-redis',
    'node-rdkafka',
    'confluent',
    'kafkajs',
    'platformatic',
    'librdkafka'
  ])
})

test('--plot measures the series and draws where the documents show it, unless told otherwise', () => {
  expect(settingsFrom([])).toMatchObject({ series: null, pictures: null })
  const { series, pictures } = settingsFrom(['--plot'])
  expect(series.nodes).toEqual([2, 4, 8, 16])
  expect(pictures).toBe(path.resolve('docs/images/performance'))
  expect(settingsFrom(['--plot', '--pictures', 'x']).pictures).toBe(path.resolve('x'))
  expect(() => settingsFrom(['--pictures', 'x'])).toThrow('--pictures needs --plot')
  expect(() => settingsFrom(['--plot', '--stalls', '1'])).toThrow('--plot cannot be combined')
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

test('--package adds a build of this package by the name of its folder', () => {
  const folders = ['--package', 'builds/old', '--package', '/builds/older/']
  expect(settingsFrom(folders)).toMatchObject({
    buses: ['redis', 'kafka', 'kafka@old', 'kafka@older'],
    packages: { 'kafka@old': path.resolve('builds/old'), 'kafka@older': '/builds/older' }
  })
  expect(settingsFrom([...folders, '--face', 'cluster-node', '--stalls', '1']).buses).toEqual([
    'cluster-kafka',
    'cluster-kafka@old',
    'cluster-kafka@older'
  ])
  expect(() => settingsFrom(['--package', 'a/old', '--package', 'b/old'])).toThrow(
    'two folders would both be called kafka@old'
  )
})

test('the other throughput runs have half as many messages', () => {
  expect(settingsFrom(['--messages', '7', '--bytes', '500'])).toMatchObject({
    messages: 7,
    largeMessages: 4,
    messagesEach: 4,
    bytes: 500
  })
})

test('nonsense is refused', () => {
  expect(() => settingsFrom(['--repeat', 'x'])).toThrow("--repeat needs a number above 0, not 'x'")
  expect(() => settingsFrom(['--only', 'redis,nats'])).toThrow("there is no bus 'nats'")
  expect(() => settingsFrom(['--face', 'server'])).toThrow("there is no face 'server'")
  expect(() => settingsFrom(['--property', 'linger.ms'])).toThrow("not 'linger.ms'")
  expect(() => settingsFrom(['--fast'])).toThrow('--fast')
})
