'use strict'

/**
 * Parses what the engine hands over. Whether the messages are JSON shows here; the engine sorts out those that are none.
 *
 * @param {string} text a batch as src/border/batch.rs describes it
 * @param {{ mend(text: string): string }} native the engine's bus, which tells what it leaves out as errors
 * @returns {unknown[]} messages, and the runs that describe them
 */
function parseBatch(text, native) {
  try {
    const batch = JSON.parse(text)
    const runs = batch[batch.length - 1]
    let expected = 1
    for (let run = 1; run < runs.length; run += 3) expected += Math.max(runs[run], 0)
    if (batch.length === expected) return batch
  } catch {
    // Told by mend().
  }
  return JSON.parse(native.mend(text))
}

module.exports = { parseBatch }
