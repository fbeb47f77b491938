'use strict'

const { Cluster } = require('./cluster')
const { during, together, warmUp } = require('./during')
const { Pair } = require('./pair')
const { allToAll, rolesOf } = require('./measures/all-to-all')
const { idle } = require('./measures/idle')
const { latency } = require('./measures/latency')
const { notForThisNode } = require('./measures/not-for-this-node')
const { roundTrip } = require('./measures/round-trip')
const { scaling } = require('./measures/scaling')
const { sizes } = require('./measures/sizes')
const { sizing } = require('./measures/sizing')
const { throughput, largeThroughput } = require('./measures/throughput')
const { topics } = require('./measures/topics')

/** The nodes of the cluster in which all send to all. */
const ALL_TO_ALL_NODES = 3

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
 * One repetition of one bus: two new processes from their start to their end, then three. With
 * `settings.series`, new ones for each point of the series as well.
 *
 * @param {object} bus
 * @param {object} address
 * @param {string} channel exists already, except in the first repetition
 * @param {object} settings
 * @returns {Promise<{values: object, curve: number[], stalls: object[], received: number,
 *   faults: string[], warnings: string[]}>} values by the keys of measures/index.js
 */
async function repetition(bus, address, channel, settings) {
  const pair = new Pair(bus, address, channel, settings)
  const two = await during(pair, async ([{ loadMs, readyMs }]) => {
    await warmUpPaced(pair, settings)
    const trips = await roundTrip(pair, settings)
    const { values: paced, curve, stalls } = await latency(pair, settings)
    const flooded = await throughput(pair, settings)
    const resting = await idle(pair, settings)
    const large = await largeThroughput(pair, settings)
    const others = await notForThisNode(pair, settings, flooded.floodReceiverCpu)
    const figures = { ...trips, ...paced, ...flooded, ...resting, ...large, ...others }
    return { values: { loadMs, readyMs, ...figures }, curve, stalls }
  })
  const cluster = new Cluster(bus, address, channel, settings, rolesOf(ALL_TO_ALL_NODES))
  const three = await during(cluster, async () => {
    await warmUp(cluster, settings)
    return { values: { allToAll: await allToAll(cluster, settings.messagesEach, settings) } }
  })
  const parts = [two, three]
  if (settings.series) {
    const place = [bus, address, channel, settings]
    parts.push(await scaling(...place), await sizes(...place), await topics(...place))
    if (bus.readsWholeTopic) parts.push(await sizing(...place, two.values))
  }
  return { ...together(parts), curve: two.curve, stalls: two.stalls }
}

module.exports = { repetition, warmUpPaced }
