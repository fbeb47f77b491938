'use strict'

/** No record arrives before it was written, but for rounding to whole milliseconds. */
const AHEAD_MS = 2
/** What no healthy bus takes longer for with one sender than with another. */
const BEHIND_MS = 1000

/**
 * Whose clock differs from this machine's, by the fastest record of each: its time stamp is by the clock of its sender.
 *
 * @param {{ sender: string, fastestMs: number }[]} nodes how long their fastest record took; Infinity if there was none
 * @returns {{ sender: string, aheadMs: number }[]} by how much at least; negative if it is behind
 */
function clocks(nodes) {
  const best = Math.max(0, Math.min(...nodes.map(({ fastestMs }) => fastestMs)))
  return nodes
    .filter(({ fastestMs }) => Number.isFinite(fastestMs))
    .filter(({ fastestMs }) => fastestMs < -AHEAD_MS || fastestMs - best > BEHIND_MS)
    .map(({ sender, fastestMs }) => ({
      sender,
      aheadMs: fastestMs < 0 ? -fastestMs : best - fastestMs
    }))
}

module.exports = { clocks }
