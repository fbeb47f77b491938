'use strict'

const { setTimeout: delay } = require('node:timers/promises')
const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { useClusterNodes } = require('../support/cluster-nodes')
const { useNodes, ready, filled, settled } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

// Brokers are paused, which takes brokers that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

/** How long a broker is paused, in milliseconds: shorter than any cluster takes to replace a leader. */
const PAUSE_MS = 5000

/** Silence is told after 1 s as soon as it is clear whose it is, which takes a busy machine some time, */
const TOLD_WITHIN_MS = 3000

/** and after 3 s in any case. */
const TOLD_BY_ALL_WITHIN_MS = 4000

/** How long the connection of a producer is stalled, in milliseconds. */
const STALL_MS = 8000

/** How long what has waited may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 30000

const warnings = useWarnings()

/** Publishes numbers while `work` runs; returns how many there were. */
async function whilePublishing(node, work) {
  let count = 0
  const timer = setInterval(() => node.publish('E', count++), 5)
  try {
    await work(() => count)
  } finally {
    clearInterval(timer)
  }
  return count
}

/** Subscribes; fills with the numbers that come. */
function collectNumbers(node) {
  const numbers = []
  node.subscribe('E', (number) => numbers.push(number))
  return numbers
}

/** Fills with the errors of a node and when they came. */
function collectErrors(node) {
  const errors = []
  node.on('error', ({ code, message }) => errors.push({ code, message, at: performance.now() }))
  return errors
}

function expectInOrder(numbers, count) {
  expect(numbers).toEqual(Array.from({ length: count }, (_, number) => number))
}

/**
 * Pauses a broker for PAUSE_MS. Each node has to tell of it in time, and once: what is told after the
 * pause is left alone, because a broker that has just been resumed may be silent again for a second.
 *
 * @param {{ at: number }[][]} told by connectors
 * @param {object[][]} [logged] by cluster nodes
 */
async function pause(kafka, told, logged = []) {
  const all = [...told, ...logged]
  // A broker that has just been started may be slow enough to be told as well.
  for (const list of [warnings, ...all]) list.length = 0
  const pausedAt = performance.now()
  kafka.pause()
  try {
    await eventually(() => all.every(({ length }) => length > 0), {
      timeoutMs: PAUSE_MS,
      intervalMs: 10,
      message: 'all nodes to tell of the silence'
    })
    await delay(pausedAt + PAUSE_MS - performance.now())
    expect(all.map(({ length }) => length)).toEqual(all.map(() => 1))
  } finally {
    kafka.resume()
  }
  const tookMs = told.map(([{ at }]) => at - pausedAt)
  expect(Math.min(...tookMs)).toBeLessThan(TOLD_WITHIN_MS)
  expect(Math.max(...tookMs)).toBeLessThan(TOLD_BY_ALL_WITHIN_MS)
}

/**
 * Reads what is told when a silence is over.
 *
 * @returns {{ seconds: number, waited: number }} how long it was, and how many messages had waited
 */
function readReturn(text) {
  const pattern = /answers again, after (\d+\.\d) s of silence; (\d+) messages/
  expect(text).toMatch(pattern)
  const [, seconds, waited] = pattern.exec(text)
  return { seconds: Number(seconds), waited: Number(waited) }
}

/** Expects the returns to tell of a silence of PAUSE_MS. */
function expectReturns(returns) {
  for (const { seconds } of returns) {
    expect(seconds).toBeGreaterThan(PAUSE_MS / 1000 - 1.5)
    // The broker has to get going as well.
    expect(seconds).toBeLessThan(PAUSE_MS / 1000 + 5)
  }
}

describe('with three brokers', () => {
  const broker = useBroker({ brokers: 3 })
  const nodes = useNodes(broker)
  const clusterNodes = useClusterNodes(broker)

  test('a leader that is paused is told once by each node, and so is its return', async () => {
    const { topic } = nodes
    await broker.cluster.createTopic(topic, { replicationFactor: 3 })
    const [writer, reader] = await nodes.start(2)
    const modern = clusterNodes.create('modern', { topic })
    await modern.whenReady()
    await settled(writer, reader)
    const all = [collectNumbers(reader), collectNumbers(modern)]
    const errors = [collectErrors(writer), collectErrors(reader)]
    const { logged } = modern.services
    const leader = await broker.cluster.leaderOf(topic)

    const count = await whilePublishing(writer, async () => {
      await filled(all[0], 50)
      await pause(leader, errors, [logged])
      const areBack = () => warnings.length >= 2 && logged.length >= 2
      await eventually(areBack, { timeoutMs: PATIENCE_MS, message: 'all to tell of the return' })
    })

    await Promise.all(all.map((numbers) => filled(numbers, count, PATIENCE_MS)))
    await settled(writer, reader)
    for (const numbers of all) expectInOrder(numbers, count)

    const [error, warning] = logged.splice(0)
    expect([error.level, warning.level]).toEqual(['error', 'warn'])
    expect(error.message).toMatch(/^ERR_KAFKA_LEADER_SILENT: /)
    for (const [{ code }] of errors) expect(code).toBe('ERR_KAFKA_LEADER_SILENT')
    for (const { message } of [error, ...errors.map(([first]) => first)]) {
      expect(message).toContain(`partition 0 of the Kafka topic ${topic}`)
      expect(message).toContain(`broker ${leader.id},`)
    }
    takeSilences(nodes)
    const firstWarnings = warnings.slice(0, 2)
    expect(firstWarnings.map(({ code }) => code)).toEqual(Array(2).fill('ERR_KAFKA_LEADER_SILENT'))
    expectReturns([...firstWarnings, warning].map(({ message }) => readReturn(message)))
  })
})

describe('with one broker', () => {
  const broker = useBroker({ entrances: 1 })
  // First, so that the nodes can be closed after it.
  afterEach(() => broker.cluster.entrances[0].proxies[0].pass())
  const nodes = useNodes(broker)

  test('one that is paused is every broker, and told as such', async () => {
    const [writer, reader] = await nodes.start(2)
    await settled(writer, reader)
    const numbers = collectNumbers(reader)
    const errors = [collectErrors(writer), collectErrors(reader)]
    const count = await whilePublishing(writer, async () => {
      await filled(numbers, 50)
      await pause(broker.cluster.brokers[0], errors)
      const areBack = () => warnings.length >= 2
      await eventually(areBack, { timeoutMs: PATIENCE_MS, message: 'both to tell of the return' })
    })
    await filled(numbers, count, PATIENCE_MS)
    await settled(writer, reader)
    expectInOrder(numbers, count)
    for (const [{ code }] of errors) expect(code).toBe('ERR_KAFKA_DISCONNECTED')
    takeSilences(nodes)
    const firstWarnings = warnings.slice(0, 2)
    expect(firstWarnings.map(({ code }) => code)).toEqual(Array(2).fill('ERR_KAFKA_DISCONNECTED'))
    expectReturns(firstWarnings.map(({ message }) => readReturn(message)))
  })

  // What the stalled connection holds is stored when it goes on, behind what was sent instead of it.
  test.each([[['up']], [['down']], [['up', 'down']]])(
    'a producer whose connection alone is stalled %j goes on by another, and nothing is doubled',
    async (names) => {
      const [{ connectionString, proxies }] = broker.cluster.entrances
      const [receiver, sender] = [nodes.create(), nodes.create({ connectionString })]
      await Promise.all([ready(receiver), ready(sender)])
      await settled(sender, receiver)
      const numbers = collectNumbers(receiver)
      const count = await whilePublishing(sender, async (published) => {
        await filled(numbers, 200)
        const producer = busiest(proxies[0].connections)
        const stalledAt = performance.now()
        for (const name of names) producer[name].freeze()
        const before = published()
        const message = 'messages to flow before the stall is over'
        await eventually(() => numbers.at(-1) > before, { timeoutMs: STALL_MS, message })
        await delay(Math.max(0, stalledAt + STALL_MS - performance.now()))
        for (const name of names) producer[name].thaw()
        const after = published()
        await eventually(() => published() > after + 100, { message: 'more to send' })
      })
      await filled(numbers, count, PATIENCE_MS)
      await settled(sender, receiver)
      expectInOrder(numbers, count)
      const { missed, duplicates } = receiver.stats()
      expect(missed).toBe(0)
      // The stalled request was stored when it went on: without numbers it would have been heard twice.
      if (names.includes('up')) expect(duplicates).toBeGreaterThan(0)
      // Only the sender can tell.
      const codes = new Set(nodes.takeErrors().map(({ code }) => code))
      expect([...codes]).toEqual(['ERR_KAFKA_LEADER_SILENT'])
    }
  )
})

/** Takes the errors that tell of a silence; others stay and fail the test. */
function takeSilences(nodes) {
  for (const { code } of nodes.takeErrors()) {
    expect(['ERR_KAFKA_LEADER_SILENT', 'ERR_KAFKA_DISCONNECTED']).toContain(code)
  }
}

/** @returns {object} the connection by which most bytes went up: while a node publishes, its producer's */
function busiest(connections) {
  return [...connections].reduce((a, b) => (b.up.passedBytes > a.up.passedBytes ? b : a))
}
