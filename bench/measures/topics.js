'use strict'

const { during, together } = require('../during')
const { Pair } = require('../pair')

/**
 * Throughput of one sender and one receiver by the number of deepstream topics that both subscribe to,
 * and to which the sender sends in turn. New processes for each number: their subscriptions are live
 * once pings go through that were subscribed to after them.
 *
 * @param {object} bus
 * @param {object} address
 * @param {string} channel
 * @param {object} settings
 * @returns {Promise<object>} as together() makes it
 */
async function topics(bus, address, channel, settings) {
  const { series, perTick, warmUp } = settings
  const parts = []
  for (const count of series.topics) {
    const pair = new Pair(bus, address, channel, { ...settings, topics: count })
    const run = { count: series.messages, perTick, topics: count }
    const part = await during(pair, async () => {
      await pair.send('flood', { ...run, count: warmUp.checked })
      await pair.send('flood', run)
      const { startedAt, lastAt } = await pair.send('flood', run)
      return { values: { [`topics${count}`]: series.messages / ((lastAt - startedAt) / 1000) } }
    })
    parts.push(part)
  }
  return together(parts)
}

module.exports = { topics }
