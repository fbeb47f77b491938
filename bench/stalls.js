'use strict'

const { channelName } = require('./compare')
const { latency } = require('./measures/latency')
const { Pair } = require('./pair')
const { warmUpPaced } = require('./repetition')
const { summary } = require('./statistics')

/**
 * Looks for stalls: runs at a steady rate, each by a fresh pair of processes on the same server, of
 * which every stall is listed. Its pacing lag tells a stall of the bus from one of the machine: the
 * pacer does not use the bus, so a large lag means that the sender's process was not running.
 *
 * @param {object[]} buses take turns
 * @param {import('./servers').Servers} servers
 * @param {object} settings
 * @param {(line: string) => void} say
 * @returns {Promise<{bus: object, runs: object[]}[]>}
 */
async function huntStalls(buses, servers, settings, say) {
  const results = buses.map((bus) => ({ bus, channel: channelName(bus.name), runs: [] }))
  for (let round = 1; round <= settings.stalls; round++) {
    for (const { bus, channel, runs } of results) {
      const run = await watch(bus, await servers.addressFor(bus), channel, settings)
      runs.push(run)
      say(describe(bus, round, run))
    }
  }
  for (const { bus, runs } of results) say(total(bus, runs, settings))
  return results.map(({ bus, runs }) => ({ bus, runs }))
}

/**
 * @param {object} bus
 * @param {object} address
 * @param {string} channel
 * @param {object} settings
 * @returns {Promise<{values: object, stalls: object[], faults: string[], warnings: string[]}>}
 */
async function watch(bus, address, channel, settings) {
  const pair = new Pair(bus, address, channel, settings)
  try {
    await pair.connect()
    await warmUpPaced(pair, settings)
    const { values, stalls } = await latency(pair, settings)
    return { values, stalls, ...(await pair.verdict()) }
  } finally {
    await pair.stop()
  }
}

/**
 * @param {object} bus
 * @param {number} round
 * @param {object} run
 * @returns {string}
 */
function describe(bus, round, { values, stalls, faults, warnings }) {
  const figure = (key) => values[key].toFixed(2)
  const [p50, p99, p999, max] = ['P50', 'P99', 'P999', 'Max'].map((key) => figure(`latency${key}`))
  const lines = [`${bus.name}, run ${round}: p50 ${p50}, p99 ${p99}, p99.9 ${p999}, max ${max} ms`]
  for (const { atSecond, messages, worstMs, lagMs } of stalls) {
    const lag = `sender late by ${lagMs.toFixed(1)} ms`
    lines.push(
      `  stall of ${worstMs.toFixed(1)} ms at ${atSecond.toFixed(1)} s, ${messages} messages, ${lag}`
    )
  }
  for (const warning of warnings) lines.push(`  warning: ${warning}`)
  for (const fault of faults) lines.push(`  FAILED: ${fault}`)
  return lines.join('\n')
}

/**
 * @param {object} bus
 * @param {object[]} runs
 * @param {object} settings
 * @returns {string}
 */
function total(bus, runs, { seconds, rate, stallMs }) {
  const count = runs.reduce((sum, { stalls }) => sum + stalls.length, 0)
  const affected = runs.filter(({ stalls }) => stalls.length > 0).length
  const worst = summary(runs.map(({ values }) => values.latencyMax))
  return (
    `${bus.name}: ${count} stalls above ${stallMs} ms in ${affected} of ${runs.length} runs of ${seconds} s at ` +
    `${rate} msg/s; worst latency of a run: median ${worst.median.toFixed(1)} ms, ` +
    `largest ${worst.max.toFixed(1)} ms`
  )
}

module.exports = { huntStalls }
