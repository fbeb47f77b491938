'use strict'

/**
 * @typedef {object} Fault one that is to happen; what else it has depends on its kind
 * @property {string} kind a key of FAULTS in faults.js
 * @property {number} calmMs how long nothing happens before it
 */

/**
 * Where on the network a fault is: between a broker and one node or all nodes, and in which
 * direction. Mostly it is at the leader, in the first round always, because all messages go there.
 *
 * @param {import('./random').Random} random
 * @param {{ nodes: number, isFirstRound: boolean }} scene
 */
function place(random, { nodes, isFirstRound }) {
  return {
    node: random.next() < 0.6 ? random.between(0, nodes - 1) : 'all',
    atLeader: random.next() < 0.7 || isFirstRound,
    directions: random.pick([['up'], ['down'], ['up', 'down']])
  }
}

/** What a fault of each kind draws; times in milliseconds. */
const DRAWS = {
  pause: (random) => ({ forMs: random.between(5000, 9000) }),
  kill: (random) => ({ forMs: random.between(500, 12000) }),
  roll: (random, { brokers }) => ({
    order: random.shuffled(Array.from({ length: brokers }, (_, index) => index))
  }),
  slow: (random, scene) => ({
    ...place(random, scene),
    bytesPerSecond: random.between(20, 80) * 1000,
    forMs: random.between(8000, 15000)
  }),
  stall: (random, scene) => ({
    ...place(random, scene),
    forMs: random.between(3000, 8000)
  }),
  reset: (random, scene) => ({
    ...place(random, scene),
    times: random.between(1, 5),
    everyMs: random.between(200, 1500)
  })
}

/**
 * What one round consists of, in some order. Pauses of the leader come twice, because they are what
 * doubles and reorders most easily.
 */
const ROUND = ['pause', 'pause', 'kill', 'roll', 'slow', 'stall', 'reset']

/** How long nothing happens before a fault, at least and at most, in milliseconds. */
const CALM_MS = [2000, 5000]

/**
 * Faults without end, round after round, each in an order of its own. The same `random` gives the
 * same faults.
 *
 * @param {import('./random').Random} random
 * @param {{ nodes: number, brokers: number }} size
 * @param {string[]} [round] kinds of a round; without any there are no faults at all
 * @returns {Generator<Fault>}
 */
function* schedule(random, size, round = ROUND) {
  if (round.length === 0) return
  for (let isFirstRound = true; ; isFirstRound = false) {
    for (const kind of random.shuffled(round)) {
      const drawn = DRAWS[kind](random, { ...size, isFirstRound })
      yield { kind, calmMs: random.between(...CALM_MS), ...drawn }
    }
  }
}

/**
 * @param {string | undefined} text of CHAOS_FAULTS: kinds with commas between, or 'none'
 * @returns {string[]} what a round consists of
 * @throws {Error} when there is no such kind
 */
function roundFrom(text) {
  if (!text) return ROUND
  const kinds = text === 'none' ? [] : text.split(',')
  for (const kind of kinds) {
    if (Object.hasOwn(DRAWS, kind)) continue
    throw new Error(
      `CHAOS_FAULTS=${text}: no fault ${kind}; there are ${Object.keys(DRAWS).join()} and none`
    )
  }
  return kinds
}

module.exports = { ROUND, schedule, roundFrom }
