'use strict'

const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { collect, settled, useNodes } = require('../support/nodes')

// Brokers that run already cannot be stopped.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

const MESSAGES = 90
const PATIENCE_MS = 40000

const broker = { connectionString: '', cluster: undefined }
beforeAll(async () => {
  broker.cluster = await KafkaCluster.start({ brokers: 3 })
  broker.connectionString = broker.cluster.connectionString
}, 180000)
afterAll(() => broker.cluster?.stop())

/** @type {{ message: string, code: string }[]} process warnings */
let warnings
beforeEach(() => {
  warnings = []
  jest.spyOn(process, 'emitWarning').mockImplementation((message, options) => {
    warnings.push({ message, ...options })
  })
})
afterEach(() => jest.restoreAllMocks())

const nodes = useNodes(broker)

test('too few replicas in sync are told with their number; messages wait, and arrive when there are enough', async () => {
  const { cluster } = broker
  const { topic } = nodes
  const config = { 'min.insync.replicas': 2 }
  await cluster.createTopic(topic, { replicationFactor: 2, config })
  await cluster.untilInSync(topic)
  const [writer, reader] = await nodes.start(2)
  await settled(writer, reader)
  const messages = collect(reader, 'E')

  const follower = await cluster.followerOf(topic)
  await follower.stop()
  try {
    // The leader learns of it from the controller.
    await eventually(() => {
      writer.publish('E', -1)
      return writer.stats().undelivered > 0
    })
    for (let n = 0; n < MESSAGES; n++) writer.publish('E', n)
    const [error] = await nodes.takeErrorsWith('ERR_KAFKA_DELIVERY')
    expect(error.message).toMatch(
      /^The Kafka topic \S+ has taken no message for [12]\.\d s: 1 of 2 replicas of its partition 0 are in sync, and its min\.insync\.replicas demands 2\. \d+ messages wait/
    )
    expect(error.message).toContain(topic)
    expect(writer.stats().undelivered).toBeGreaterThanOrEqual(MESSAGES)
  } finally {
    await follower.start()
  }

  const numbers = () => messages.filter((n) => n >= 0)
  await eventually(() => numbers().length === MESSAGES, { timeoutMs: PATIENCE_MS })
  expect(numbers()).toEqual(Array.from({ length: MESSAGES }, (_, n) => n))
  const isBack = ({ message }) =>
    /takes messages again, after \d+\.\d s; \d+ had waited/.test(message)
  await eventually(() => warnings.some(isBack))
  expect(writer.stats()).toMatchObject({ undelivered: 0, publishFailed: 0 })
})
