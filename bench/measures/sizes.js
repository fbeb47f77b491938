'use strict'

const { during } = require('../during')
const { Pair } = require('../pair')

/** So many characters at least make a tick of large messages; 250 of a megabyte would be no tick. */
const TICK_BYTES = 256 * 1024

/** Of the smallest run. */
const FEWEST = 20

/**
 * Throughput of one sender and one receiver by the size of the messages.
 *
 * @param {object} bus
 * @param {object} address
 * @param {string} channel
 * @param {object} settings
 * @returns {Promise<object>} as during() returns it
 */
async function sizes(bus, address, channel, settings) {
  const pair = new Pair(bus, address, channel, settings)
  return during(pair, async () => {
    const values = {}
    for (const bytes of settings.series.bytes) {
      const { count, perTick } = extent(bytes, settings)
      const few = Math.ceil(count / 10)
      await pair.send('flood', { count: few, perTick, bytes, checkContent: true })
      await pair.send('flood', { count, perTick, bytes })
      const run = await pair.send('flood', { count, perTick, bytes })
      values[`bytes${bytes}`] = count / ((run.lastAt - run.startedAt) / 1000)
    }
    return { values }
  })
}

/**
 * @param {number} bytes of a message
 * @param {object} settings
 * @returns {{count: number, perTick: number}} how many of them are sent, and how many in a tick
 */
function extent(bytes, { series: { messages, volumeBytes }, perTick }) {
  return {
    count: Math.max(FEWEST, Math.min(messages, Math.floor(volumeBytes / bytes))),
    perTick: Math.max(1, Math.min(perTick, Math.floor(TICK_BYTES / bytes)))
  }
}

module.exports = { sizes, extent }
