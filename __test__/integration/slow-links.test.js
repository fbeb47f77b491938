'use strict'

const { randomBytes } = require('node:crypto')
const { setTimeout: delay } = require('node:timers/promises')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { useNodes, ready, collect, filled, settled } = require('../support/nodes')

// The proxy has to be in front of a broker that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

/**
 * Connections that a node may make over a link while that is bad: a node has a few, and may have to
 * replace them all, once.
 */
const HANDFUL = 12

/**
 * How long what a link carries in 5 to 8 s may take, in milliseconds. Something that is begun again and
 * again does not arrive at all.
 */
const PATIENCE_MS = 60000

/** Codes of errors that say that nothing answers. */
const OUTAGES = ['ERR_KAFKA_DISCONNECTED', 'ERR_KAFKA_LEADER_SILENT']

/** How long a frozen link stays so, in milliseconds. */
const FROZEN_MS = 8000

const broker = { connectionString: '', cluster: undefined }
/** @type {import('../../harness/fault-proxy').FaultProxy} between the far node and the broker */
let proxy
beforeAll(async () => {
  broker.cluster = await KafkaCluster.start({ entrances: 1 })
  broker.connectionString = broker.cluster.connectionString
  proxy = broker.cluster.entrances[0].proxies[0]
}, 180000)
afterAll(() => broker.cluster?.stop())

// First, so that the nodes can be closed after it.
afterEach(() => proxy.pass())
const nodes = useNodes(broker)

/**
 * @param {'up' | 'down'} name which direction of the far node's link is going to be bad
 * @param {object} [options] of the far node
 * @returns {Promise<object>} two nodes that are ready: what the `sender` sends to the `receiver` has
 *   to take that direction, and the other node's link is good
 */
async function startPair(name, options) {
  const [entrance] = broker.cluster.entrances
  const { connectionString } = entrance
  const [near, far] = [nodes.create(), nodes.create({ connectionString, ...options })]
  await Promise.all([ready(near), ready(far)])
  await settled(near, far)
  await settled(far, near)
  const [sender, receiver] = name === 'up' ? [far, near] : [near, far]
  return { near, far, sender, receiver, link: proxy[name], accepted: proxy.accepted }
}

/** @returns {string} of that length, which cannot be compressed much */
function text(length) {
  return randomBytes(Math.ceil((length * 3) / 4))
    .toString('base64')
    .slice(0, length)
}

/**
 * Expects that the far node did not go on connecting again, which would keep a slow link busy.
 *
 * @param {number} [looks] how often it may have looked with a fresh client whether the brokers are there
 */
function expectFewConnections({ accepted }, looks = 0) {
  expect(proxy.accepted - accepted).toBeLessThanOrEqual(HANDFUL + looks)
}

/** Takes the errors so far, which may tell of an outage, because there was one, and of nothing else. */
function takeOutages() {
  const codes = nodes.takeErrors().map(({ code }) => code)
  expect(codes.filter((code) => !OUTAGES.includes(code))).toEqual([])
}

describe.each(['up', 'down'])('a link whose %slink is slow', (name) => {
  test('carries a message of 1.5 MB at 300 kB/s', async () => {
    const pair = await startPair(name)
    const messages = collect(pair.receiver, 'E')
    const big = text(1500000)
    pair.link.limit(300000)
    pair.sender.publish('E', big)
    await filled(messages, 1, PATIENCE_MS)
    pair.link.pass()
    await settled(pair.sender, pair.receiver)
    expect(messages.map((message) => message === big)).toEqual([true])
    expectFewConnections(pair)
  })

  test('carries a message of 14 MB at 2 MB/s, and a small one behind it', async () => {
    const pair = await startPair(name)
    const messages = collect(pair.receiver, 'E')
    const big = text(14000000)
    pair.link.limit(2000000)
    pair.sender.publish('E', big)
    pair.sender.publish('E', 'small')
    await filled(messages, 2, PATIENCE_MS)
    pair.link.pass()
    await settled(pair.sender, pair.receiver)
    expect(messages.map((message) => (message === big ? 'big' : message))).toEqual(['big', 'small'])
    expectFewConnections(pair)
  })

  test('and late, carries many small messages in their order', async () => {
    const pair = await startPair(name)
    const numbers = []
    pair.receiver.subscribe('E', ({ number }) => numbers.push(number))
    for (const direction of proxy.directions) direction.delay(200)
    pair.link.limit(300000)
    const count = 10000
    const padding = text(100)
    for (let number = 0; number < count; number++) pair.sender.publish('E', { number, padding })
    await filled(numbers, count, PATIENCE_MS)
    await proxy.pass()
    await settled(pair.sender, pair.receiver)
    expect(numbers).toEqual(Array.from({ length: count }, (_, number) => number))
    expectFewConnections(pair)
  })
})

describe('a link that is frozen for a while', () => {
  test.each([
    ['up', ['up']],
    ['down', ['down']],
    ['up and down', ['up', 'down']]
  ])('%s carries everything afterwards, once and in order', async (_, names) => {
    const pair = await startPair('up')
    const ends = [pair.near, pair.far]
    const received = ends.map((node) => collect(node, 'E'))
    let count = 0
    const timer = setInterval(() => {
      for (const node of ends) node.publish('E', count)
      count++
    }, 5)
    try {
      await eventually(() => received.every(({ length }) => length > 50), { message: 'messages' })
      for (const name of names) proxy[name].freeze()
      await delay(FROZEN_MS)
      for (const name of names) proxy[name].thaw()
      const before = count
      await eventually(() => count > before + 50, { message: 'more to send' })
    } finally {
      clearInterval(timer)
    }
    await Promise.all(received.map((messages) => filled(messages, count, PATIENCE_MS)))
    await settled(pair.near, pair.far)
    await settled(pair.far, pair.near)
    const all = Array.from({ length: count }, (_, number) => number)
    for (const messages of received) expect(messages).toEqual(all)
    expectFewConnections(pair, FROZEN_MS / 1000)
    takeOutages()
  })
})

describe.each(['up', 'down'])('a link whose %slink carries a big message', (name) => {
  test('and is reset in the middle of it, carries it once, and what comes after it', async () => {
    const pair = await startPair(name)
    const messages = collect(pair.receiver, 'E')
    const big = text(4000000)
    pair.link.limit(2000000)
    const half = pair.link.passedBytes + 2000000
    pair.sender.publish('E', big)
    pair.sender.publish('E', 'small')
    await eventually(() => pair.link.passedBytes > half, { intervalMs: 10, message: 'half of it' })
    proxy.reset()
    await filled(messages, 2, PATIENCE_MS)
    pair.link.pass()
    await settled(pair.sender, pair.receiver)
    expect(messages.map((message) => (message === big ? 'big' : message))).toEqual(['big', 'small'])
    expectFewConnections(pair)
    takeOutages()
  })
})

describe.each(['up', 'down'])('a link that is frozen %s', (name) => {
  test('does not keep close() for longer than flushTimeoutMs', async () => {
    const { far } = await startPair(name, { flushTimeoutMs: 1000 })
    proxy[name].freeze()
    for (let number = 0; number < 10; number++) far.publish('E', number)
    const start = performance.now()
    await new Promise((resolve) => {
      far.once('close', resolve)
      far.close()
    })
    expect(performance.now() - start).toBeLessThan(3000)
    await nodes.takeErrorsWith('ERR_KAFKA_FLUSH_TIMEOUT')
    takeOutages()
  })
})
