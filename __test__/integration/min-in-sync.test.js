'use strict'

const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { collect, settled, useNodes } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

// Brokers that run already cannot be stopped.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

const MESSAGES = 90
const PATIENCE_MS = 40000

const broker = useBroker({ brokers: 3 })

const warnings = useWarnings()

const nodes = useNodes(broker)

/** A topic of two replicas that both have to be in sync, with a writer and a reader. */
async function start() {
  const { cluster } = broker
  const { topic } = nodes
  await cluster.createTopic(topic, { replicationFactor: 2, config: { 'min.insync.replicas': 2 } })
  await cluster.untilInSync(topic)
  const [writer, reader] = await nodes.start(2)
  await settled(writer, reader)
  return { writer, messages: collect(reader, 'E'), follower: await cluster.followerOf(topic) }
}

/** Publishes until the leader takes nothing any more, of which it learns from the controller, and then some messages. */
async function publish(writer) {
  await eventually(() => {
    writer.publish('E', -1)
    return writer.stats().undelivered > 0
  })
  for (let n = 0; n < MESSAGES; n++) writer.publish('E', n)
  expect(writer.stats().undelivered).toBeGreaterThanOrEqual(MESSAGES)
}

async function expectAll(writer, messages) {
  const numbers = () => messages.filter((n) => n >= 0)
  await eventually(() => numbers().length === MESSAGES, { timeoutMs: PATIENCE_MS })
  expect(numbers()).toEqual(Array.from({ length: MESSAGES }, (_, n) => n))
  const isBack = ({ message }) => message.includes('accepts messages again, after ')
  await eventually(() => warnings.some(isBack))
  expect(warnings.filter(isBack)).toHaveLength(1)
  await eventually(() => writer.stats().undelivered === 0)
  expect(writer.stats().publishFailed).toBe(0)
}

test('too few replicas in sync are told with their number; messages wait, and arrive when there are enough', async () => {
  const { writer, messages, follower } = await start()
  await follower.stop()
  try {
    await publish(writer)
    const [error] = await nodes.takeErrorsWith('ERR_KAFKA_DELIVERY')
    expect(error.message).toMatch(
      /has accepted no message for [12]\.\d s: 1 of 2 replicas of its partition 0 are in sync, and its min\.insync\.replicas requires 2\. \d+ messages wait/
    )
    expect(error.message).toContain(nodes.topic)
  } finally {
    await follower.start()
  }
  await expectAll(writer, messages)
})

// Kafka takes 9 s to notice it, in which the leader waits for the replica and answers nothing on the producer's connection.
test('a replica that is killed is suspected at once, with the numbers, until Kafka has noticed and says so itself', async () => {
  const { writer, messages, follower } = await start()
  await follower.kill()
  try {
    await publish(writer)
    const [first] = await nodes.takeErrorsWith('ERR_KAFKA_LEADER_SILENT')
    expect(first.message).toContain('answers, but has not stored a record for ')
    expect(first.message).toContain(
      '(2 of 2 replicas of its partition 0 are in sync, and its min.insync.replicas requires 2)'
    )
    const isTold = () => nodes.errors.some(({ message }) => message.includes(': 1 of 2 replicas'))
    await eventually(isTold, { timeoutMs: PATIENCE_MS })
    const others = nodes.takeErrors()
    expect(others.filter(({ code }) => code !== 'ERR_KAFKA_DELIVERY')).toEqual([])
    expect(others.length).toBeLessThanOrEqual(2)
  } finally {
    await follower.start()
  }
  await expectAll(writer, messages)
})
