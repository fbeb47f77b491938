'use strict'

const { Kafka, ConfigResourceTypes, logLevel } = require('kafkajs')
const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { ForeignClient, record } = require('../support/foreign-client')
const { useNodes, unique, collect, filled, settled } = require('../support/nodes')

// The topics' limits are changed, and brokers that run already may not allow that.
delete process.env.KAFKA_BROKERS

jest.setTimeout(180000)

/** How long half a million messages may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 120000

/** A limit as a small Kafka cluster may have it; records of this package are larger by default. */
const LIMIT = 20000

const broker = useBroker()

const nodes = useNodes(broker)

/** @returns {Promise<object[]>} two nodes on a topic that takes records of so many bytes */
async function startPair(limit) {
  await createTopic(limit)
  return nodes.start(2)
}

async function createTopic(limit) {
  await broker.cluster.createTopic(nodes.topic, { config: { 'max.message.bytes': limit } })
}

/** Sets how many bytes a record of the topic may have; done when the broker acts by it. */
async function setLimit(limit) {
  const brokers = [broker.connectionString]
  const admin = new Kafka({ clientId: 'limits', brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const configEntries = [{ name: 'max.message.bytes', value: String(limit) }]
    const resource = { type: ConfigResourceTypes.TOPIC, name: nodes.topic, configEntries }
    await admin.alterConfigs({ resources: [resource] })
  } finally {
    await admin.disconnect()
  }
  const foreign = new ForeignClient(broker.connectionString, nodes.topic)
  const takes = async (bytes) => {
    const probe = record({ sender: unique('probe'), runs: [['nobody', 1]] }, text(bytes))
    const refused = (error) => {
      if (error.type !== 'MESSAGE_TOO_LARGE') throw error
      return false
    }
    return foreign.write([probe]).then(() => true, refused)
  }
  try {
    // A record has a few hundred bytes more than its value.
    const holds = async () => (await takes(limit - 1000)) && !(await takes(limit + 1000))
    await eventually(holds, { message: `the limit ${limit} to hold` })
  } finally {
    await foreign.close()
  }
}

/** @returns {string} a JSON text of that length */
function text(bytes) {
  return JSON.stringify('x'.repeat(bytes - 2))
}

/** @returns {object} number n, so many bytes as JSON */
function message(n, bytes) {
  const bare = JSON.stringify({ n, padding: '' }).length
  return { n, padding: 'x'.repeat(Math.max(0, bytes - bare)) }
}

/** Publishes messages of so many bytes in this tick, numbered from `first` on. */
function burst(sender, count, bytes, first = 0) {
  for (let n = first; n < first + count; n++) sender.publish('E', message(n, bytes))
}

/** Subscribes; fills with the numbers of messages. */
function collectNumbers(receiver) {
  const numbers = []
  receiver.subscribe('E', ({ n }) => numbers.push(n))
  return numbers
}

/** What a sender has counted when Kafka has confirmed all to it: a receiver may have the last message a moment before. */
async function countedBy(sender) {
  await eventually(() => sender.stats().undelivered === 0)
  return sender.stats()
}

/** Like toEqual(), which compares element by element and is slow with so many. */
function expectInOrder(numbers, count) {
  const wrong = numbers.findIndex((n, index) => n !== index)
  expect({ wrong, around: numbers.slice(Math.max(0, wrong), wrong + 5) }).toEqual({
    wrong: -1,
    around: numbers.slice(0, 4)
  })
  expect(numbers).toHaveLength(count)
}

describe('a topic with a limit below what one tick publishes', () => {
  test.each([[5000], [30000], [500000]])('takes %i messages, all in order', async (count) => {
    const [sender, receiver] = await startPair(LIMIT)
    const numbers = collectNumbers(receiver)
    burst(sender, count, 239)
    await filled(numbers, count, PATIENCE_MS)
    await settled(sender, receiver)
    expectInOrder(numbers, count)
    expect(await countedBy(sender)).toMatchObject({ publishFailed: 0, undelivered: 0 })
    expect(receiver.stats()).toMatchObject({ delivered: count + 1, missed: 0, duplicates: 0 })
  })

  test('loses a message that is larger alone, once, and none of its neighbours', async () => {
    const [sender, receiver] = await startPair(LIMIT)
    const numbers = collectNumbers(receiver)
    burst(sender, 500, 239)
    sender.publish('big', 'x'.repeat(30000))
    burst(sender, 500, 239, 500)
    await filled(numbers, 1000)
    await settled(sender, receiver)
    expectInOrder(numbers, 1000)
    const [error, ...others] = nodes.takeErrors()
    expect(others).toEqual([])
    expect(error).toMatchObject({ code: 'ERR_KAFKA_MESSAGE_TOO_LARGE', topic: 'big' })
    expect(error.message).toContain('30002 bytes')
    expect(error.message).toContain('max.message.bytes')
    expect(await countedBy(sender)).toMatchObject({ publishFailed: 1, undelivered: 0 })
    // The number of the lost one is given to the next, so that nobody takes it for a gap.
    expect(receiver.stats()).toMatchObject({ missed: 0, duplicates: 0 })
  })

  test('and messages that are too large at both ends and in a row loses just those', async () => {
    const [sender, receiver] = await startPair(LIMIT)
    const numbers = collectNumbers(receiver)
    const tooLarge = () => sender.publish('big', 'x'.repeat(30000))
    tooLarge()
    burst(sender, 100, 239)
    tooLarge()
    tooLarge()
    burst(sender, 100, 239, 100)
    tooLarge()
    await filled(numbers, 200)
    await settled(sender, receiver)
    expectInOrder(numbers, 200)
    const codes = nodes.takeErrors().map(({ code }) => code)
    expect(codes).toEqual(Array(4).fill('ERR_KAFKA_MESSAGE_TOO_LARGE'))
    expect(await countedBy(sender)).toMatchObject({ publishFailed: 4, undelivered: 0 })
    expect(receiver.stats()).toMatchObject({ missed: 0, duplicates: 0 })
  })
})

describe('a limit that is changed while nodes run', () => {
  test('when it is raised, what was refused passes', async () => {
    const [sender, receiver] = await startPair(LIMIT)
    const messages = collect(receiver, 'E')
    const big = 'x'.repeat(30000)
    sender.publish('E', big)
    const [error] = await nodes.takeErrorsWith('ERR_KAFKA_MESSAGE_TOO_LARGE')
    expect(error.topic).toBe('E')
    await setLimit(100000)
    sender.publish('E', big)
    sender.publish('E', 'after')
    await filled(messages, 2)
    expect(messages).toEqual([big, 'after'])
  })

  test('when it is lowered, a burst in one tick arrives as before', async () => {
    const [sender, receiver] = await startPair(1000000)
    const numbers = collectNumbers(receiver)
    burst(sender, 200, 527)
    await filled(numbers, 200)
    await setLimit(LIMIT)
    burst(sender, 200, 527, 200)
    await filled(numbers, 400)
    await settled(sender, receiver)
    expectInOrder(numbers, 400)
    expect(await countedBy(sender)).toMatchObject({ publishFailed: 0, undelivered: 0 })
    expect(receiver.stats()).toMatchObject({ missed: 0, duplicates: 0 })
  })
})
