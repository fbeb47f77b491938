'use strict'

/** The nodes of the cluster that is measured. */
const ROLES = ['node 1', 'node 2', 'node 3']

/**
 * All nodes send as fast as they go, and each receives what the others send: from the first publish()
 * of any of them to the last callback of any of them. A message counts once, however many receive it.
 *
 * @param {import('../cluster').Cluster} cluster
 * @param {object} settings
 * @returns {Promise<object>} values by the keys of measures/index.js
 */
async function allToAll(cluster, { messagesEach, perTick }) {
  const runs = await cluster.send('flood', { count: messagesEach, perTick })
  const startedAt = Math.min(...runs.map((run) => run.startedAt))
  const lastAt = Math.max(...runs.map((run) => run.lastAt))
  return { allToAll: (runs.length * messagesEach) / ((lastAt - startedAt) / 1000) }
}

module.exports = { allToAll, ROLES }
