'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { OPTIONS, readOptions } = require('../../lib/options')
const { CONNECTION, read, thrown } = require('../support/options')

const MIB = 1024 * 1024

test('what is not given has its default', () => {
  const { sender, clientId, host, ...rest } = read({})
  expect(rest).toEqual({
    connectionString: 'a:9092',
    topic: 'deepstream-msg',
    partitions: 1,
    replicationFactor: -1,
    retentionMs: 3600000,
    maxMessageBytes: 16 * MIB,
    createTopic: true,
    connectTimeoutMs: 0,
    flushTimeoutMs: 2000,
    inboxBytes: 16 * MIB,
    holdPeersMs: 60000,
    properties: {}
  })
  expect(clientId).toBe(sender)
  expect(host).toBe(`${os.hostname()} ${process.pid}`)
  expect(sender).toMatch(/^[\w-]{8}$/)
})

test.each(Object.keys(OPTIONS).filter((name) => name !== 'connectionString'))(
  'null and undefined stand for the default of %s, as an empty line of YAML does',
  (name) => {
    const property = name === 'kafka' ? 'properties' : name
    const [nothing, none] = [read({ [name]: null }), read({ [name]: undefined })]
    if (name === 'clientId') return expect(nothing.clientId).not.toBe(none.clientId)
    expect(nothing[property]).toEqual(read({})[property])
    expect(none[property]).toEqual(read({})[property])
  }
)

test.each([
  ['partitions', 1, 10000],
  ['replicationFactor', 1, 32767],
  ['retentionMs', 60000, Number.MAX_SAFE_INTEGER],
  ['maxMessageBytes', 1000, 1000000000],
  ['connectTimeoutMs', 0, 2147483647],
  ['flushTimeoutMs', 0, 2147483647],
  ['inboxBytes', 65536, 2147483647],
  ['holdPeersMs', 0, 2147483647]
])('%s is a whole number from %d to %d', (name, min, max) => {
  expect(read({ [name]: min })[name]).toBe(min)
  expect(read({ [name]: max })[name]).toBe(max)
  for (const wrong of [
    min - (min === 1 ? 1 : 2),
    max + 1,
    min + 0.5,
    String(min),
    true,
    [],
    {},
    NaN
  ]) {
    const error = thrown({ [name]: wrong })
    expect(error).toMatchObject({ code: 'ERR_KAFKA_OPTION', retriable: false })
    expect(error.message).toMatch(`The option ${name} is `)
    expect(error.message).toMatch(`a whole number from ${min} to ${max}.`)
  }
})

test.each([
  [{}, 'an object'],
  [[], 'a list'],
  [5n, 'a BigInt'],
  [Symbol('hunter2'), 'a symbol'],
  [() => {}, 'a function']
])('what is not shown is named in words: %p', (value, kind) => {
  expect(thrown({ partitions: value }).message).toContain(`The option partitions is ${kind}, but `)
  const kafka = { 'sasl.password': value }
  expect(thrown({ kafka }).message).toContain(
    `The option kafka: {"sasl.password"} is ${kind}, but `
  )
})

test('replicationFactor is -1 for the default of the broker', () => {
  expect(read({ replicationFactor: -1 }).replicationFactor).toBe(-1)
  expect(thrown({ replicationFactor: 0 }).message).toContain("-1 (the broker's default)")
})

test.each([
  ['a BigInt', 5n],
  ['a symbol', Symbol('s')],
  ['a function', () => {}],
  ['Infinity', Infinity]
])('%s as a value is refused like any other', (_, value) => {
  expect(thrown({ partitions: value })).toMatchObject({ code: 'ERR_KAFKA_OPTION' })
  expect(thrown({ topic: value })).toMatchObject({ code: 'ERR_KAFKA_OPTION' })
  expect(thrown({ clientId: value })).toMatchObject({ code: 'ERR_KAFKA_OPTION' })
})

test('createTopic is true or false', () => {
  expect(read({ createTopic: false }).createTopic).toBe(false)
  for (const wrong of ['false', 0, 1, {}]) {
    expect(thrown({ createTopic: wrong }).message).toMatch(
      /^The option createTopic is .* true or false\.$/
    )
  }
})

test('topic is a name that Kafka takes', () => {
  for (const name of ['a', 'A.b_c-9', 'x'.repeat(249)])
    expect(read({ topic: name }).topic).toBe(name)
  for (const wrong of ['', '.', '..', 'a b', 'a/b', 'ü', 'x'.repeat(250), 'a\n', true, {}]) {
    const error = thrown({ topic: wrong })
    expect(error.code).toBe('ERR_KAFKA_OPTION')
    expect(error.message).toContain('a Kafka topic name: up to 249')
  }
})

test('a topic that YAML reads as a number is its text', () => {
  expect(read({ topic: 2026 }).topic).toBe('2026')
})

test('clientId is any text, and a number stands for its text', () => {
  expect(read({ clientId: 'srv ü' })).toMatchObject({ clientId: 'srv ü' })
  expect(read({ clientId: 7 }).clientId).toBe('7')
  for (const wrong of [true, {}, [], NaN]) {
    expect(thrown({ clientId: wrong }).message).toMatch(/^The option clientId is .* a string\.$/)
  }
})

test('the sender is unique even if the clientId is not', () => {
  const senders = Array.from({ length: 100 }, () => read({ clientId: 'same' }).sender)
  expect(new Set(senders).size).toBe(100)
  for (const sender of senders) expect(sender).toMatch(/^same-[\w-]{8}$/)
})

test.each([[null], [undefined], ['']])(
  'the clientId %p stands for the random sender',
  (clientId) => {
    const options = read({ clientId })
    expect(options.clientId).toBe(options.sender)
  }
)

test('kafka holds texts, numbers, and true or false', () => {
  const kafka = { 'linger.ms': 5, 'client.rack': 'r', 'socket.keepalive.enable': false }
  expect(read({ kafka }).properties).toEqual({
    'linger.ms': '5',
    'client.rack': 'r',
    'socket.keepalive.enable': 'false'
  })
  for (const wrong of [null, undefined, [], {}, () => {}]) {
    const { code, message } = thrown({ kafka: { 'client.rack': wrong } })
    expect(code).toBe('ERR_KAFKA_OPTION')
    expect(message).toContain('client.rack')
  }
  for (const wrong of [[], 'text', 5, true]) {
    expect(thrown({ kafka: wrong }).message).toContain('an object of librdkafka properties')
  }
})

test.each([
  ['in a list', { kafka: { 'sasl.password': ['hunter2'] } }],
  ['in an object', { kafka: { 'sasl.password': { value: 'hunter2' } } }],
  ['in kafka as a text', { kafka: 'sasl.password=hunter2' }],
  ['in kafka as a list', { kafka: ['sasl.password=hunter2'] }],
  ['in the connectionString', { connectionString: 'u:hunter2@a:9092' }],
  ['in a URL', { connectionString: 'kafka://u:hunter2@a:9092' }],
  ['at a ZooKeeper', { connectionString: 'u:hunter2@zk:2181/kafka' }],
  ['as an unknown option', { 'sasl.password': 'hunter2' }]
])('a secret %s is not shown', (_, options) => {
  const error = thrown(options)
  expect(`${error.message} ${error.stack} ${error.cause}`).not.toContain('hunter2')
})

test('the options that are given are not changed', () => {
  const options = Object.freeze({ ...CONNECTION, kafka: Object.freeze({ 'linger.ms': 5 }) })
  readOptions(options)
  expect(options).toEqual({ connectionString: 'a:9092', kafka: { 'linger.ms': 5 } })
})

test('a face may have a topic and a sender of its own', () => {
  const face = { topic: 'deepstream-cluster', sender: 'srv-A' }
  expect(readOptions(CONNECTION, face)).toMatchObject({ ...face, clientId: 'srv-A' })
  expect(readOptions({ ...CONNECTION, topic: 'mine' }, face).topic).toBe('mine')
})

describe('docs/configuration.md', () => {
  const file = path.join(__dirname, '..', '..', 'docs', 'configuration.md')
  const rows = () => {
    const lines = fs.readFileSync(file, 'utf8').split('\n')
    const cells = lines
      .filter((line) => /^\|\s*`/.test(line))
      .map((line) => line.split('|').slice(1, -1))
    return new Map(
      cells.map(([name, ...others]) => [name.trim().replaceAll('`', ''), others.join('|')])
    )
  }

  test.each(Object.keys(OPTIONS))('has a row for %s with its default', (name) => {
    const row = rows().get(name)
    expect(row).toBeDefined()
    const { default: value } = OPTIONS[name]
    if (value === undefined) return
    const shown = typeof value === 'object' ? JSON.stringify(value) : String(value)
    expect(row.replace(/(\d)[ ,_](?=\d{3})/g, '$1')).toContain(shown)
  })
})

describe('index.d.ts', () => {
  const text = fs.readFileSync(path.join(__dirname, '..', '..', 'index.d.ts'), 'utf8')
  const interfaceOptions = text.slice(
    text.indexOf('interface Options'),
    text.indexOf('interface Events')
  )

  test.each(Object.entries(OPTIONS))('declares %s with its default', (name, { default: value }) => {
    const at = interfaceOptions.search(new RegExp(`^    ${name}\\??:`, 'm'))
    expect(at).toBeGreaterThan(0)
    const doc = interfaceOptions.slice(interfaceOptions.lastIndexOf('/**', at), at)
    if (name === 'connectionString') return expect(doc).not.toContain('@default')
    const shown = {
      string: `'${value}'`,
      object: '{}',
      undefined: name === 'clientId' ? 'a random text' : 'none'
    }[typeof value]
    expect(doc).toContain(`@default ${shown ?? value}\n`)
  })
})
