'use strict'

/** @typedef {import('./cluster').Cluster} Cluster */

/**
 * @param {Cluster} cluster is stopped at the end
 * @param {(times: object[]) => Promise<object>} measure gets the times of connecting; its result has
 *   `values` by the keys of measures/index.js
 * @returns {Promise<object>} that result and the verdict
 */
async function during(cluster, measure) {
  try {
    const times = await cluster.connect()
    const measured = await measure(times)
    return { ...measured, ...(await cluster.verdict()) }
  } finally {
    await cluster.stop()
  }
}

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
 * @param {object[]} parts results of during()
 * @returns {object} one result of all of them
 */
function together(parts) {
  return {
    values: Object.assign({}, ...parts.map(({ values }) => values)),
    received: parts.reduce((sum, { received }) => sum + received, 0),
    faults: parts.flatMap(({ faults }) => faults),
    warnings: parts.flatMap(({ warnings }) => warnings)
  }
}

module.exports = { during, warmUp, together }
