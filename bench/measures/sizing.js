'use strict'

const { Cluster } = require('../cluster')
const { during, warmUp } = require('../during')
const { rolesOf } = require('./all-to-all')

/** Of an ordinary message of the benchmark, as JSON. */
const ORDINARY_BYTES = 190

/** The load that the rule is checked against: no other run has its size, its ticks or its nodes. */
const LOAD = { nodes: 4, ticks: 200, perTick: 20, bytes: 500 }

/**
 * What this package costs a server, from two runs each of sender and receiver: at full speed, where
 * only messages and their bytes count, and at a steady rate of single messages, where each is a tick
 * and a record of its own.
 *
 * @param {object} values of a repetition, by the keys of measures/index.js
 * @param {object} settings
 * @returns {object} microseconds of CPU time, but `idle`, which is a share of a core
 */
function costs(values, { bytes }) {
  const part = (ordinary, large, paced) => {
    const perByte = (large - ordinary) / (bytes - ORDINARY_BYTES)
    return { perByte, perMessage: ordinary - perByte * ORDINARY_BYTES, perTick: paced - ordinary }
  }
  const { floodSenderCpu, largeSenderCpu, pacedSenderCpu } = values
  const { floodReceiverCpu, largeReceiverCpu, pacedReceiverCpu } = values
  return {
    idle: values.idleCpu / 100,
    out: part(floodSenderCpu, largeSenderCpu, pacedSenderCpu),
    in: part(floodReceiverCpu, largeReceiverCpu, pacedReceiverCpu)
  }
}

/**
 * The sizing rule of docs/performance.md.
 *
 * @param {object} cost the result of costs()
 * @param {{nodes: number, ticks: number, perTick: number, bytes: number}} load of each of the nodes:
 *   in how many ticks a second it publishes, how many messages in each, of how many bytes
 * @returns {{cpu: number, bytesOut: number, bytesIn: number}} of each node: share of a core, and bytes
 *   of messages a second
 */
function predict(cost, { nodes, ticks, perTick, bytes }) {
  const message = ({ perMessage, perByte }) => perMessage + perByte * bytes
  const each = ({ perTick: tick, ...rest }) => ticks * (tick + perTick * message(rest))
  const micros = each(cost.out) + (nodes - 1) * each(cost.in)
  const bytesOut = ticks * perTick * bytes
  return { cpu: cost.idle + micros / 1e6, bytesOut, bytesIn: nodes * bytesOut }
}

/**
 * The rule beside the truth, at a load that it was not made from.
 *
 * @param {object} bus
 * @param {object} address
 * @param {string} channel
 * @param {object} settings
 * @param {object} known values of this repetition so far
 * @returns {Promise<object>} as during() returns it
 */
async function sizing(bus, address, channel, settings, known) {
  const { nodes, ticks, perTick, bytes } = LOAD
  const rate = ticks * perTick
  const run = { rate, perTick, bytes }
  const cluster = new Cluster(bus, address, channel, settings, rolesOf(nodes))
  return during(cluster, async () => {
    const share = Object.entries(settings.warmUp).map(([key, value]) => [
      key,
      Math.ceil(value / nodes)
    ])
    await warmUp(cluster, { ...settings, warmUp: Object.fromEntries(share) })
    const before = await cluster.traffic()
    const sent = await cluster.send('pace', { ...run, count: Math.round(rate * settings.seconds) })
    const after = await cluster.traffic()
    const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / nodes
    const perSecond = (key) =>
      mean(after.map((traffic, index) => traffic[key] - before[index][key])) / settings.seconds
    const predicted = predict(costs(known, settings), LOAD)
    return {
      values: {
        sizingCpuPredicted: 100 * predicted.cpu,
        sizingCpuMeasured: mean(sent.map(({ cpuMicros }) => cpuMicros)) / (1e4 * settings.seconds),
        sizingOutPredicted: predicted.bytesOut / 1000,
        sizingOutMeasured: perSecond('publishedBytes') / 1000,
        sizingInPredicted: predicted.bytesIn / 1000,
        sizingInMeasured: perSecond('receivedBytes') / 1000
      }
    }
  })
}

module.exports = { sizing, costs, predict, LOAD }
