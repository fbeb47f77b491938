'use strict'

const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { useNodes, collect, filled, ready, settled } = require('../support/nodes')
const { useReaders } = require('../support/reader-process')
const { deleteRecords, offsetsOf, setPartitions } = require('../support/topic-admin')

// Brokers that run already may clean up too seldom.
delete process.env.KAFKA_BROKERS

jest.setTimeout(180000)

/** How long retention, and what is told late, may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 60000

/** A reader with these has little room for what it cannot deliver. */
const LITTLE_ROOM = { inboxBytes: 65536, kafka: { 'queued.max.messages.kbytes': 64 } }

const PADDING = 'x'.repeat(2000)

// Kafka looks for records that are too old every 5 min, first after 30 s.
const broker = useBroker({
  config: { 'log.initial.task.delay.ms': 100, 'log.retention.check.interval.ms': 200 }
})

const nodes = useNodes(broker)
const startReader = useReaders()

/** A node that numbers what it publishes. */
class Sender {
  published = 0

  constructor(node, name) {
    this.node = node
    this.name = name
  }

  publish(count) {
    for (let left = count; left > 0; left--) {
      this.node.publish('E', { from: this.name, n: this.published++, padding: PADDING })
    }
  }

  async stored() {
    const isStored = () => this.node.stats().undelivered === 0
    await eventually(isStored, { timeoutMs: PATIENCE_MS, message: 'all to be stored' })
  }
}

/** Two senders, and a reader with little room that has heard both. */
async function startReading(config) {
  const { connectionString, topic } = nodes
  await broker.cluster.createTopic(topic, { config })
  const reader = await startReader({ connectionString, topic, ...LITTLE_ROOM })
  const senders = (await nodes.start(2)).map((node, index) => new Sender(node, `s${index}`))
  for (const sender of senders) sender.publish(10)
  await untilHeard(reader, senders)
  return { reader, senders }
}

/** Waits until the last message of each sender has come. */
async function untilHeard(reader, senders) {
  const heard = async () => {
    const report = await reader.report()
    const isLast = ({ name, published }) => report.senders[name]?.next === published
    return senders.every(isLast) && report
  }
  return eventually(heard, { timeoutMs: PATIENCE_MS, message: 'the last messages' })
}

/** Lets the reader stand still while messages are published that it has no room for, and that are deleted then. */
async function overtake({ reader, senders }, remove) {
  await reader.block()
  for (let round = 0; round < 5; round++) {
    for (const sender of senders) {
      sender.publish(500)
      await sender.stored()
    }
  }
  await remove()
  const isGone = async () => {
    const { low, high } = await offsetsOf(broker.connectionString, nodes.topic)
    return low === high
  }
  await eventually(isGone, { timeoutMs: PATIENCE_MS, message: 'the records to be deleted' })
  reader.release()
}

describe.each([
  ['retention deletes', { 'retention.ms': 10000, 'segment.ms': 500 }, async () => {}],
  ['kafka-delete-records deletes', {}, () => deleteRecords(broker.connectionString, nodes.topic)]
])('records that %s before a blocked reader has them', (_, config, remove) => {
  test('are told once, with the exact number of each sender, and all else is delivered', async () => {
    const { reader, senders } = await startReading(config)
    await overtake({ reader, senders }, remove)
    for (const sender of senders) sender.publish(10)
    const report = await untilHeard(reader, senders)
    expect(report.errors.map(({ code }) => code)).toEqual(Array(2).fill('ERR_KAFKA_RECORDS_MISSED'))
    const told = report.errors.map(({ message }) => {
      const pattern =
        /^(\d+) messages of '([^']+)' before its number (\d+) are lost here: [1-9]\d* records of the Kafka topic \S+ were deleted before/
      expect(message).toMatch(pattern)
      const [, count, id, first] = pattern.exec(message)
      return [id, { count: Number(count), first: Number(first) }]
    })
    const byId = Object.fromEntries(told)
    for (const { name, node, published } of senders) {
      const { count, skipped, disorder } = report.senders[name]
      expect({ count, disorder }).toEqual({ count: published - skipped, disorder: 0 })
      expect(skipped).toBeGreaterThan(500)
      expect(byId[node.stats().sender]).toEqual({ count: skipped, first: published - 10 })
    }
    const all = Object.values(report.senders).reduce((sum, { skipped }) => sum + skipped, 0)
    expect(report.stats.missed).toBe(all)
  })
})

test('records of senders that say nothing afterwards are told by their number', async () => {
  const { reader, senders } = await startReading({})
  await overtake({ reader, senders }, () => deleteRecords(broker.connectionString, nodes.topic))
  const told = async () => (await reader.report()).errors
  const errors = await eventually(async () => (await told()).length > 0 && told(), {
    timeoutMs: PATIENCE_MS,
    message: 'the loss to be told'
  })
  expect(errors).toEqual([
    {
      code: 'ERR_KAFKA_RECORDS_MISSED',
      message: expect.stringMatching(
        /^Messages may be lost here.*: [1-9]\d* records of the Kafka topic/
      )
    }
  ])
})

test('records that are deleted when everybody has read them are no loss, and not told', async () => {
  const [sender, receiver] = await nodes.start(2)
  const messages = collect(receiver, 'E')
  for (let n = 0; n < 100; n++) {
    sender.publish('E', n)
    if (n % 10 === 9) {
      await filled(messages, n + 1)
      await deleteRecords(broker.connectionString, nodes.topic)
    }
  }
  await settled(sender, receiver)
  expect(messages).toEqual(Array.from({ length: 100 }, (_, n) => n))
  expect(receiver.stats().missed).toBe(0)
})

describe('a topic that is deleted while in use', () => {
  /** Publishes until messages come again. */
  async function untilBack({ sender, messages, published }) {
    const before = published.count
    const isBack = () => {
      sender.publish('E', published.count++)
      return messages.at(-1) >= before
    }
    const options = { timeoutMs: PATIENCE_MS, intervalMs: 50, message: 'messages again' }
    await eventually(isBack, options)
  }

  async function start(options) {
    await broker.cluster.createTopic(nodes.topic)
    const [sender, receiver] = await nodes.start(2, options)
    const messages = collect(receiver, 'E')
    const published = { count: 0 }
    for (; published.count < 100; published.count++) sender.publish('E', published.count)
    await filled(messages, 100)
    return { sender, receiver, messages, published }
  }

  /** What did not come is told with its exact number, and nothing came twice or out of order. */
  async function expectAccounts({ sender, receiver, messages, published }) {
    await settled(sender, receiver)
    // The sender reads as well, and may notice later what became of the topic.
    await settled(receiver, sender)
    expect(messages).toEqual([...new Set(messages)].sort((a, b) => a - b))
    const { missed } = receiver.stats()
    expect(messages.length + missed).toBe(published.count)
    const errors = nodes.takeErrors()
    const told = errors.map(({ message }) => /^(\d+) messages of/.exec(message)?.[1] ?? 0)
    expect(told.reduce((sum, count) => sum + Number(count), 0)).toBe(missed)
    return errors.filter(({ message }) => !/^\d+ messages of/.test(message))
  }

  test('is told once by each node, and waited for if the nodes may not create it', async () => {
    const pair = await start({ createTopic: false })
    jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
    // At once, when the broker may still have the old records to remove, and would store more with them.
    pair.sender.on('error', ({ code }) => {
      if (code !== 'ERR_KAFKA_TOPIC_MISSING') return
      for (; pair.published.count < 200; pair.published.count++)
        pair.sender.publish('E', pair.published.count)
    })
    await broker.cluster.deleteTopic(nodes.topic)
    const missing = () => nodes.errors.filter(({ code }) => code === 'ERR_KAFKA_TOPIC_MISSING')
    await eventually(() => missing().length === 2, {
      timeoutMs: PATIENCE_MS,
      message: 'both to tell'
    })
    await broker.cluster.createTopic(nodes.topic)
    await untilBack(pair)
    const errors = await expectAccounts(pair)
    expect(errors.map(({ code }) => code)).toEqual(Array(2).fill('ERR_KAFKA_TOPIC_MISSING'))
    // What waited while there was no topic is not lost.
    expect(pair.messages).toEqual(expect.arrayContaining([150, 199]))
    jest.restoreAllMocks()
  })

  test('and created again at once by somebody else is gone on with', async () => {
    const pair = await start()
    await broker.cluster.deleteTopic(nodes.topic)
    await broker.cluster.createTopic(nodes.topic)
    await untilBack(pair)
    // A topic that was short may be taken for the old one: then there is only what the numbers tell.
    const errors = await expectAccounts(pair)
    for (const { code } of errors) {
      expect(['ERR_KAFKA_TOPIC_MISSING', 'ERR_KAFKA_RECORDS_MISSED']).toContain(code)
    }
  })
})

test('partitions that are added are read from their first record, by nodes that run and by new ones', async () => {
  await broker.cluster.createTopic(nodes.topic)
  const old = await nodes.start(2)
  const received = old.map((node) => collect(node, 'E'))
  old[0].publish('E', ['old', 0])
  await filled(received[1], 1)
  await setPartitions(broker.connectionString, nodes.topic, 8)
  // Each writes to one of the partitions, by its id; they begin before the others know of these.
  const added = await nodes.start(6)
  for (let n = 0; n < 50; n++) added.forEach((node, index) => node.publish('E', [index, n]))
  for (let n = 1; n < 50; n++) old[0].publish('E', ['old', n])
  await filled(received[1], 7 * 50, PATIENCE_MS)
  await filled(received[0], 6 * 50, PATIENCE_MS)
  for (const from of ['old', 0, 1, 2, 3, 4, 5]) {
    const numbers = received[1].filter(([sender]) => sender === from).map(([, n]) => n)
    expect(numbers).toEqual(Array.from({ length: 50 }, (_, n) => n))
  }
  const late = nodes.create()
  await ready(late)
  const toLate = collect(late, 'E')
  for (const node of [...old, ...added]) node.publish('E', 'last')
  await filled(toLate, 8)
  for (const node of old) expect(node.stats()).toMatchObject({ missed: 0 })
})
