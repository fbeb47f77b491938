'use strict'

const { Cluster } = require('../cluster')
const { during, together } = require('../during')
const { allToAll, rolesOf } = require('./all-to-all')

/**
 * Throughput, all to all, in clusters of several sizes. They share out the same number of messages, so
 * that each node receives about as many in each.
 *
 * @param {object} bus
 * @param {object} address
 * @param {string} channel
 * @param {object} settings
 * @returns {Promise<object>} as together() makes it
 */
async function scaling(bus, address, channel, settings) {
  const { series, perTick, warmUp } = settings
  const parts = []
  for (const nodes of series.nodes) {
    const cluster = new Cluster(bus, address, channel, settings, rolesOf(nodes))
    const share = (messages) => Math.ceil(messages / nodes)
    const part = await during(cluster, async () => {
      const checked = share(warmUp.checked)
      await cluster.send('flood', { count: checked, perTick, checkContent: true })
      await cluster.send('flood', { count: share(series.messages), perTick })
      const rate = await allToAll(cluster, share(series.messages), settings)
      return { values: { [`nodes${nodes}`]: rate } }
    })
    parts.push(part)
  }
  return together(parts)
}

module.exports = { scaling }
