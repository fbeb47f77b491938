'use strict'

const { eventually } = require('../../harness/eventually')
const { fetchMetadata } = require('../../harness/kafka/metadata')
const { useBroker } = require('../support/broker')
const { useNodes, close, collect, filled, ready } = require('../support/nodes')
const { useReaders } = require('../support/reader-process')
const { useWarnings } = require('../support/warnings')

// Brokers are paused and killed, which takes brokers that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(240000)

/** How long Kafka may take to fence a broker or to elect a leader on a busy machine, in milliseconds. */
const PATIENCE_MS = 60000

/** What is told while there is no leader. */
const OUTAGES = ['ERR_KAFKA_DISCONNECTED', 'ERR_KAFKA_LEADER_SILENT', 'ERR_KAFKA_DELIVERY']

/** A reader with these has little room for what it cannot deliver. */
const LITTLE_ROOM = { inboxBytes: 65536, kafka: { 'queued.max.messages.kbytes': 64 } }

const PADDING = 'x'.repeat(2000)

const broker = useBroker({
  brokers: 3,
  config: {
    'unclean.leader.election.enable': true,
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500
  }
})

useWarnings()
const nodes = useNodes(broker)
const startReader = useReaders()

/** @returns {Promise<object[]>} the broker that leads partition 0, and the one that follows it */
async function replicas() {
  const leader = await broker.cluster.leaderOf(nodes.topic)
  const [{ replicas: ids }] = (await fetchMetadata(leader.address)).topics[nodes.topic]
  const follower = broker.cluster.brokers.find(({ id }) => ids.includes(id) && id !== leader.id)
  return [leader, follower]
}

/**
 * Lets the follower lead although it lacks what is published meanwhile (an unclean election), which that is lost by.
 *
 * @param {() => Promise<void>} publish
 */
async function loseWhat(publish) {
  const [leader, follower] = await replicas()
  follower.pause()
  const isAlone = async () => {
    const [partition] = (await fetchMetadata(leader.address)).topics[nodes.topic]
    return partition.inSyncReplicas.length === 1
  }
  await eventually(isAlone, { timeoutMs: PATIENCE_MS, message: 'the follower to be out of sync' })
  await publish()
  await leader.kill()
  follower.resume()
  const leads = async () => (await broker.cluster.leaderOf(nodes.topic))?.id === follower.id
  await eventually(leads, { timeoutMs: PATIENCE_MS, message: 'the follower to lead' })
  return leader
}

/** Publishes numbers as one node, which another one has to hear. */
class Flow {
  published = 0

  constructor(sender, receiver) {
    this.sender = sender
    this.received = collect(receiver, 'E')
  }

  publish(count) {
    for (let left = count; left > 0; left--) {
      this.sender.publish('E', { from: 'sender', n: this.published++, padding: PADDING })
    }
  }

  async heard() {
    await filled(this.received, this.published, PATIENCE_MS)
  }

  numbersFrom(name) {
    return this.received.filter(({ from }) => from === name).map(({ n }) => n)
  }
}

/** A topic on two brokers that holds what a node has said that ended. */
async function startFlow() {
  await broker.cluster.createTopic(nodes.topic, { replicationFactor: 2 })
  const ended = nodes.create()
  await ready(ended)
  for (let n = 0; n < 20; n++) ended.publish('E', { from: 'ended', n })
  await close(ended)
  return new Flow(...(await nodes.start(2)))
}

function expectAll(flow) {
  expect(flow.numbersFrom('sender')).toEqual(Array.from({ length: flow.published }, (_, n) => n))
  expect(flow.numbersFrom('ended')).toEqual([])
}

/** Expects so many nodes to have told once that records are gone, and else only that there was no leader. */
function expectTold(count) {
  const told = nodes.takeErrors().filter(({ code }) => !OUTAGES.includes(code))
  expect(told.map(({ code }) => code)).toEqual(Array(count).fill('ERR_KAFKA_RECORDS_MISSED'))
  const lostItsEnd = `Partition 0 of the Kafka topic ${nodes.topic} lost its end`
  for (const { message } of told) expect(message).toContain(lostItsEnd)
}

test('after an unclean election reading goes on, and each node tells what it misses', async () => {
  const flow = await startFlow()
  const { connectionString, topic } = nodes
  const behind = await startReader({ connectionString, topic, ...LITTLE_ROOM })
  flow.publish(100)
  await flow.heard()
  const has = async () => (await behind.report()).senders.sender?.next === 100
  await eventually(has, { message: 'the reader that is going to be behind' })
  await broker.cluster.untilInSync(topic)

  const killed = await loseWhat(async () => {
    await behind.block()
    for (let round = 0; round < 50; round++) {
      flow.publish(50)
      await flow.heard()
    }
  })
  behind.release()
  // The new leader has none of the last 2,500; what comes now stands in their place.
  flow.publish(100)
  await flow.heard()
  const late = nodes.create()
  await ready(late)
  for (let n = 0; n < 20; n++) late.publish('E', { from: 'late', n })
  await killed.start()
  await broker.cluster.untilInSync(topic)
  flow.publish(100)
  await filled(flow.received, flow.published + 20, PATIENCE_MS)

  expectAll(flow)
  expect(flow.numbersFrom('late')).toEqual(Array.from({ length: 20 }, (_, n) => n))
  const report = await eventually(
    async () => {
      const report = await behind.report()
      return report.senders.sender.next === flow.published && report
    },
    { timeoutMs: PATIENCE_MS, message: 'the reader that was behind' }
  )
  const { count, skipped, disorder } = report.senders.sender
  expect({ count, disorder }).toEqual({ count: flow.published - skipped, disorder: 0 })
  expect(skipped).toBeGreaterThan(500)
  expect(report.stats.missed).toBe(skipped)
  expect(report.senders).not.toHaveProperty('ended')
  expect(report.senders.late).toMatchObject({ count: 20, skipped: 0 })
  const told = report.errors.filter(({ code }) => !OUTAGES.includes(code))
  expect(told.map(({ message }) => message)).toEqual([
    expect.stringContaining('lost its end'),
    expect.stringContaining(`${skipped} messages of '${flow.sender.stats().sender}'`)
  ])
  expectTold(2)
})

test('also when the new leader has as many records by the time that it is noticed', async () => {
  await broker.cluster.createTopic(nodes.topic, { replicationFactor: 2 })
  const all = await nodes.start(4)
  const received = all.map((node) => collect(node, 'E'))
  let rounds = 0
  const round = () => {
    all.forEach((node, from) => node.publish('E', [from, rounds]))
    rounds++
  }
  const heard = () =>
    Promise.all(received.map((messages) => filled(messages, 3 * rounds, PATIENCE_MS)))
  round()
  await heard()
  await broker.cluster.untilInSync(nodes.topic)
  let timer
  try {
    await loseWhat(async () => {
      round()
      await heard()
      timer = setInterval(round, 5)
    })
    const before = rounds
    await eventually(() => received[0].some(([, n]) => n > before), {
      timeoutMs: PATIENCE_MS,
      message: 'messages of the new leader'
    })
  } finally {
    clearInterval(timer)
  }
  await heard()
  received.forEach((messages, me) => {
    for (const other of [0, 1, 2, 3].filter((other) => other !== me)) {
      const numbers = messages.filter(([from]) => from === other).map(([, n]) => n)
      expect(numbers).toEqual(Array.from({ length: rounds }, (_, n) => n))
    }
  })
  expectTold(4)
})
