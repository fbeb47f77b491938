'use strict'

const { Cluster } = require('./cluster')
const { Pair } = require('./pair')
const { allToAll, ROLES } = require('./measures/all-to-all')
const { idle } = require('./measures/idle')
const { latency } = require('./measures/latency')
const { notForThisNode } = require('./measures/not-for-this-node')
const { roundTrip } = require('./measures/round-trip')
const { throughput, largeThroughput } = require('./measures/throughput')

/**
 * Runs messages through fresh nodes before anything is measured: the compiler of each process gets
 * to know the path, and the content of some messages is checked in full.
 *
 * @param {Cluster} cluster
 * @param {object} settings
 */
async function warmUp(cluster, { warmUp: { checked, flood }, perTick }) {
  await cluster.send('flood', { count: checked, perTick, checkContent: true })
  await cluster.send('flood', { count: flood, perTick })
}

/**
 * The same and messages at the steady rate, for pairs of which latencies are measured.
 *
 * @param {Pair} pair
 * @param {object} settings
 */
async function warmUpPaced(pair, settings) {
  const { rate, warmUp: manner } = settings
  await warmUp(pair, settings)
  await pair.send('pace', { count: Math.round(rate * manner.pacedSeconds), rate })
}

/**
 * @param {Cluster} cluster is stopped at the end
 * @param {object} settings
 * @param {(times: object[]) => Promise<object>} measure gets the times of connecting; its result has
 *   `values` by the keys of measures/index.js
 * @returns {Promise<object>} that result and the verdict
 */
async function during(cluster, settings, measure) {
  try {
    const times = await cluster.connect()
    const measured = await measure(times)
    return { ...measured, ...(await cluster.verdict()) }
  } finally {
    await cluster.stop()
  }
}

/**
 * One repetition of one bus: two new processes from their start to their end, then three.
 *
 * @param {object} bus
 * @param {object} address
 * @param {string} channel exists already, except in the first repetition
 * @param {object} settings
 * @returns {Promise<{values: object, stalls: object[], received: number, faults: string[],
 *   warnings: string[]}>} values by the keys of measures/index.js
 */
async function repetition(bus, address, channel, settings) {
  const pair = new Pair(bus, address, channel, settings)
  const two = await during(pair, settings, async ([{ loadMs, readyMs }]) => {
    await warmUpPaced(pair, settings)
    const trips = await roundTrip(pair, settings)
    const paced = await latency(pair, settings)
    const flooded = await throughput(pair, settings)
    const resting = await idle(pair, settings)
    const large = await largeThroughput(pair, settings)
    const others = await notForThisNode(pair, settings, flooded.floodReceiverCpu)
    const figures = { ...trips, ...paced.values, ...flooded, ...resting, ...large, ...others }
    return { values: { loadMs, readyMs, ...figures }, stalls: paced.stalls }
  })
  const cluster = new Cluster(bus, address, channel, settings, ROLES)
  const three = await during(cluster, settings, async () => {
    await warmUp(cluster, settings)
    return { values: await allToAll(cluster, settings) }
  })
  return {
    values: { ...two.values, ...three.values },
    stalls: two.stalls,
    received: two.received + three.received,
    faults: [...two.faults, ...three.faults],
    warnings: [...two.warnings, ...three.warnings]
  }
}

module.exports = { repetition, warmUpPaced }
