'use strict'

const { setQuotas } = require('../../harness/kafka/quotas')
const { useBroker } = require('../support/broker')
const { useNodes, ready, collect, filled, settled, unique } = require('../support/nodes')

// Quotas are set, which brokers that run already may not allow.
delete process.env.KAFKA_BROKERS

jest.setTimeout(180000)

/** What a client may send or receive a second, in bytes; Kafka lets ten times as much pass at first, and this is more. */
const RATE = 100000
const MESSAGES = 1800
const LENGTH = 1000
/** deepstream drops a server that it has not heard for so long, in milliseconds. */
const NODE_INACTIVE_MS = 6000
/** How long that may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 90000

const broker = useBroker()

const nodes = useNodes(broker)
let warnings
beforeEach(() => {
  warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
})
afterEach(() => jest.restoreAllMocks())

const all = Array.from({ length: MESSAGES }, (_, number) => number)

/** Publishes all messages, which are no record or two together. */
async function publishAll(node) {
  const text = 'x'.repeat(LENGTH)
  for (const number of all) {
    node.publish('E', { number, text })
    if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/**
 * Lets one node send deepstream's status messages.
 *
 * @returns {Promise<{ stop: () => number }>} when the other one knows it; stop() ends it, and returns the longest time for which
 *   that one was not given any, in milliseconds
 */
async function watchPresence(from, to) {
  const times = []
  to.subscribe('CL', () => times.push(performance.now()))
  const status = { topic: 'CL', action: 'ST', data: [{ serverName: 'other' }] }
  const timer = setInterval(() => from.publish('CL', status), 500)
  await filled(times, 2)
  return {
    stop() {
      clearInterval(timer)
      return Math.max(...times.slice(1).map((time, n) => time - times[n]))
    }
  }
}

/** Expects that the quota was told, and nothing else of that node, however long a broker was silent by it. */
function expectThrottled(errors, clientId, quota) {
  expect([...new Set(errors.map(({ code }) => code))]).toEqual(['ERR_KAFKA_THROTTLED'])
  for (const { message, retriable } of errors) {
    expect(retriable).toBe(true)
    expect(message).toContain(`the quota ${quota}`)
    expect(message).toContain(`client.id '${clientId}'`)
  }
  // At once, and again every 30 s.
  expect(errors.length).toBeLessThanOrEqual(1 + PATIENCE_MS / 30000)
}

test.each([
  ['sends', 'producer_byte_rate'],
  ['reads', 'consumer_byte_rate']
])(
  'a node that %s more than its quota is told so, loses nothing, and harms no other',
  async (what, quota) => {
    const clientId = unique('throttled')
    const [other, third] = await nodes.start(2)
    const throttled = nodes.create({ clientId })
    await ready(throttled)
    await settled(other, throttled)
    await setQuotas(broker.connectionString, clientId, { [quota]: RATE })

    const sender = what === 'sends' ? throttled : other
    const receiver = what === 'sends' ? other : throttled
    const received = collect(receiver, 'E')
    const beside = collect(third, 'E')
    const presence = await watchPresence(sender, receiver)
    await publishAll(sender)
    if (what === 'reads') {
      // Those without the quota have long got everything.
      await filled(beside, MESSAGES)
      expect(received.length).toBeLessThan(MESSAGES)
    }
    await filled(received, MESSAGES, PATIENCE_MS)
    await filled(beside, MESSAGES)
    // What a node does not read is made up for, so that deepstream drops nobody; what another one does not send cannot be.
    const longestMs = presence.stop()
    if (what === 'reads') expect(longestMs).toBeLessThan(NODE_INACTIVE_MS)
    for (const messages of [received, beside]) {
      expect(messages.map(({ number }) => number)).toEqual(all)
    }

    await setQuotas(broker.connectionString, clientId, { [quota]: null })
    const marks = collect(receiver, 'mark')
    sender.publish('mark', 1)
    await filled(marks, 1, PATIENCE_MS)
    expectThrottled(nodes.takeErrors(), clientId, quota)
    const codes = new Set(warnings.mock.calls.map(([, { code }]) => code))
    expect([...codes]).toEqual(what === 'sends' ? [] : ['ERR_KAFKA_PEERS_HELD'])
    for (const node of [sender, receiver, third]) {
      expect(node.stats()).toMatchObject({ publishFailed: 0, missed: 0, duplicates: 0 })
    }
  }
)
