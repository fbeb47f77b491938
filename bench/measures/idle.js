'use strict'

const { setTimeout: sleep } = require('timers/promises')

/** Lets the garbage collector and the compiler finish what the runs before left them. */
const SETTLE_MS = 1000

/**
 * What a connected, subscribed process costs that neither sends nor receives.
 *
 * @param {import('../pair').Pair} pair
 * @param {object} settings
 * @returns {Promise<object>} values by the keys of measures/index.js
 */
async function idle(pair, { idleSeconds }) {
  await sleep(SETTLE_MS)
  const before = await pair.receiver.ask('usage')
  await sleep(idleSeconds * 1000)
  const after = await pair.receiver.ask('usage')
  const cpuMs = (after.cpuMicros - before.cpuMicros) / 1000
  return { idleCpu: (100 * cpuMs) / (after.atMs - before.atMs) }
}

module.exports = { idle }
