'use strict'

/**
 * @param {number} count of nodes
 * @returns {string[]} the name of each
 */
function rolesOf(count) {
  return Array.from({ length: count }, (_, index) => `node ${index + 1}`)
}

/**
 * All nodes send as fast as they go, and each receives what the others send: from the first publish()
 * of any of them to the last callback of any of them. A message counts once, however many receive it.
 *
 * @param {import('../cluster').Cluster} cluster
 * @param {number} messagesEach
 * @param {object} settings
 * @returns {Promise<number>} messages per second
 */
async function allToAll(cluster, messagesEach, { perTick }) {
  const runs = await cluster.send('flood', { count: messagesEach, perTick })
  const startedAt = Math.min(...runs.map((run) => run.startedAt))
  const lastAt = Math.max(...runs.map((run) => run.lastAt))
  return (runs.length * messagesEach) / ((lastAt - startedAt) / 1000)
}

module.exports = { allToAll, rolesOf }
