'use strict'

const { Pair } = require('./pair')
const { idle } = require('./measures/idle')
const { latency } = require('./measures/latency')
const { roundTrip } = require('./measures/round-trip')
const { throughput } = require('./measures/throughput')

/**
 * Runs messages through a fresh pair before anything is measured: the compiler of each process gets
 * to know the path, and the content of some messages is checked in full.
 *
 * @param {Pair} pair
 * @param {object} settings
 */
async function warmUp(pair, { warmUp: { checked, flood, pacedSeconds }, perTick, rate }) {
  await pair.send('flood', { count: checked, perTick, checkContent: true })
  await pair.send('flood', { count: flood, perTick })
  await pair.send('pace', { count: Math.round(rate * pacedSeconds), rate })
}

/**
 * One repetition of one bus, from two new processes to their end.
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
  try {
    const [{ loadMs, readyMs }] = await pair.connect()
    await warmUp(pair, settings)
    const trips = await roundTrip(pair, settings)
    const paced = await latency(pair, settings)
    const flooded = await throughput(pair, settings)
    const resting = await idle(pair, settings)
    const values = { loadMs, readyMs, ...trips, ...paced.values, ...flooded, ...resting }
    return { values, stalls: paced.stalls, ...(await pair.verdict()) }
  } finally {
    await pair.stop()
  }
}

module.exports = { repetition, warmUp }
