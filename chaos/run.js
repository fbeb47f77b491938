'use strict'

const { randomUUID } = require('node:crypto')
const { setTimeout: delay } = require('node:timers/promises')
const { eventually } = require('../harness/eventually')
const { KafkaCluster } = require('../harness/kafka')
const { check } = require('./checker')
const { FAULTS } = require('./faults')
const { Node } = require('./node')
const { Random } = require('./random')
const { seconds } = require('./report')
const { schedule } = require('./schedule')

const BROKERS = 3
const NODES = 4

/** Messages per second, of all nodes together. */
const RATE = 1200

/** How long what was sent may take to arrive after the last fault, in milliseconds. */
const ARRIVAL_TIMEOUT_MS = 60000

/** How long messages flow without a fault before the end, in milliseconds. */
const LAST_CALM_MS = 3000

/**
 * Lets nodes talk over a Kafka cluster of three brokers while one fault after the other happens, and
 * checks what arrived.
 *
 * @param {object} options
 * @param {number} options.seed gives the same faults again
 * @param {string[]} options.round kinds of faults, see schedule()
 * @param {number} options.leastMs how long messages are published at least, in milliseconds
 * @param {number} [options.leastFaults] how many faults happen at least (0)
 * @param {(line: string) => void} options.say gets what happens as it happens
 * @returns {Promise<import('./report').Outcome>}
 * @throws {Error} when a broker, a node's process, or the cluster's recovery fails; nothing is left
 *   running
 */
async function run({ seed, round, leastMs, leastFaults = 0, say }) {
  // The brokers have to be controlled, so they cannot be somebody else's.
  delete process.env.KAFKA_BROKERS
  const cluster = await KafkaCluster.start({ brokers: BROKERS, entrances: NODES })
  const nodes = []
  try {
    const topic = `chaos-${randomUUID()}`
    const config = { 'min.insync.replicas': 2 }
    await cluster.createTopic(topic, { replicationFactor: BROKERS, config })
    for (const { connectionString } of cluster.entrances) {
      nodes.push(new Node(nodes.length, { connectionString, topic }))
    }
    await Promise.all(nodes.map((node) => node.ready()))
    const startedMs = Date.now()
    await Promise.all(nodes.map((node) => node.start(RATE / NODES)))

    const coming = schedule(new Random(seed), { nodes: NODES, brokers: BROKERS }, round)
    const isOver = (count) => Date.now() - startedMs >= leastMs && count >= leastFaults
    const faults = await conduct(coming, isOver, { cluster, topic, startedMs, say })
    if (round.length === 0) await delay(leastMs)
    await delay(LAST_CALM_MS)

    const sent = await Promise.all(nodes.map((node) => node.stop()))
    const publishedMs = Date.now() - startedMs
    say(`${seconds(publishedMs)} nobody publishes any more`)
    const unsettled = await settle(nodes)
    const results = await Promise.all(nodes.map((node) => node.result()))
    const names = nodes.map(({ name }) => name)
    const verdict = check({ names, sent, received: results })
    return { seed, startedMs, publishedMs, faults, names, sent, results, unsettled, verdict }
  } finally {
    await Promise.all(nodes.map((node) => node.kill()))
    await cluster.stop()
  }
}

/**
 * Lets one fault after the other happen, each in a cluster that has recovered from the one before.
 *
 * @param {Iterable<import('./schedule').Fault>} coming
 * @param {(count: number) => boolean} isOver asked with the number of faults before each
 * @param {object} scene
 * @returns {Promise<import('./report').FaultRecord[]>}
 */
async function conduct(coming, isOver, { cluster, topic, startedMs, say }) {
  const records = []
  for (const fault of coming) {
    if (isOver(records.length)) break
    await cluster.untilInSync(topic)
    await delay(fault.calmMs)
    const record = { kind: fault.kind, what: '', atMs: 0, tookMs: 0 }
    const tell = (what) => {
      Object.assign(record, { what, atMs: Date.now() - startedMs })
      say(`${seconds(record.atMs)} ${fault.kind}: ${what}`)
    }
    await FAULTS[fault.kind](fault, { cluster, topic, tell })
    record.tookMs = Date.now() - startedMs - record.atMs
    records.push(record)
  }
  await cluster.untilInSync(topic)
  return records
}

/**
 * Waits until everything has arrived: each node has had confirmed all that it published, and then
 * says so in a last message, which comes after all others.
 *
 * @param {Node[]} nodes
 * @returns {Promise<string | undefined>} what was waited for in vain, if anything
 */
async function settle(nodes) {
  const all = async (isTrue) => (await Promise.all(nodes.map((it) => it.progress()))).every(isTrue)
  const wait = { timeoutMs: ARRIVAL_TIMEOUT_MS, intervalMs: 200 }
  try {
    await eventually(() => all(({ undelivered }) => undelivered === 0), {
      ...wait,
      message: 'all that was published to be confirmed'
    })
    await Promise.all(nodes.map((node) => node.finish()))
    await eventually(() => all(({ finished }) => finished === nodes.length - 1), {
      ...wait,
      message: 'the last message of each node to arrive'
    })
    return undefined
  } catch (error) {
    return error.message
  }
}

module.exports = { run }
