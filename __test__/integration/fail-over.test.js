'use strict'

const { setTimeout: delay } = require('node:timers/promises')
const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { filled, settled, useNodes } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

// Brokers that run already cannot be killed.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

/** How often a message is published, and the brokers are asked for the leader, in milliseconds. */
const TICK_MS = 20
/** How long a cluster may be without a leader: 9 s after a kill, on a quiet machine. */
const FAIL_OVER_MS = 40000
/** How soon messages flow when there is a leader; tens of milliseconds where the machine has nothing else to do. */
const SOON_MS = 5000

const broker = useBroker({ brokers: 3 })

useWarnings()

const nodes = useNodes(broker)

test.each(['killed', 'stopped'])(
  'when the leader is %s, messages flow as soon as Kafka has another one, and all arrive in order',
  async (how) => {
    const { cluster } = broker
    const { topic } = nodes
    await cluster.createTopic(topic, { replicationFactor: 3 })
    const [writer, reader] = await nodes.start(2)
    await settled(writer, reader)
    const arrivals = []
    reader.subscribe('E', ([n, sentAt]) => arrivals.push({ n, sentAt, at: performance.now() }))
    let count = 0
    const timer = setInterval(() => writer.publish('E', [count++, performance.now()]), TICK_MS)
    let electedAt
    const leader = await cluster.leaderOf(topic)
    try {
      await filled(arrivals, 50)
      const gone = how === 'killed' ? leader.kill() : leader.stop()
      electedAt = await untilAnotherLeads(topic, leader)
      await gone
      await eventually(() => arrivals.at(-1).sentAt > electedAt, { timeoutMs: FAIL_OVER_MS })
    } finally {
      clearInterval(timer)
      await leader.start()
    }
    await filled(arrivals, count, FAIL_OVER_MS)
    expect(arrivals.map(({ n }) => n)).toEqual(Array.from({ length: count }, (_, n) => n))

    const first = arrivals.find(({ sentAt }) => sentAt > electedAt)
    const beyondMs = Math.round(first.at - electedAt)
    if (process.env.FIGURES) {
      process.stdout.write(
        `${how}: silent for ${longestSilenceMs(arrivals)} ms, ${beyondMs} ms of it after the election\n`
      )
    }
    expect(beyondMs).toBeLessThan(SOON_MS)
    const codes = nodes.takeErrors().map(({ code }) => code)
    expect(codes.filter((code) => !SILENCE.has(code))).toEqual([])
  }
)

const SILENCE = new Set(['ERR_KAFKA_LEADER_SILENT', 'ERR_KAFKA_DISCONNECTED', 'ERR_KAFKA_DELIVERY'])

/** @returns {Promise<number>} when a running broker shows another leader, as performance.now() */
async function untilAnotherLeads(topic, former) {
  for (;;) {
    const leader = await broker.cluster.leaderOf(topic).catch(() => undefined)
    if (leader && leader !== former) return performance.now()
    await delay(TICK_MS)
  }
}

function longestSilenceMs(arrivals) {
  const gaps = arrivals.slice(1).map(({ at }, index) => at - arrivals[index].at)
  return Math.round(Math.max(...gaps))
}
