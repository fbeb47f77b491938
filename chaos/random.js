'use strict'

const { randomInt } = require('node:crypto')

/** One more than the largest seed. */
const SEEDS = 2 ** 32

/**
 * A generator of pseudo-random numbers (mulberry32), which gives the same ones for the same seed. Not
 * for secrets.
 */
class Random {
  #state

  /** @param {number} seed an integer from 0 to 2^32 - 1 */
  constructor(seed) {
    this.#state = seed
  }

  /** @returns {number} from 0 to below 1 */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / SEEDS
  }

  /** @returns {number} an integer, both ends included */
  between(least, most) {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  /**
   * @template T
   * @param {T[]} list
   * @returns {T} one of it
   */
  pick(list) {
    return list[this.between(0, list.length - 1)]
  }

  /**
   * @template T
   * @param {T[]} list stays as it is
   * @returns {T[]} all of it, in another order
   */
  shuffled(list) {
    const rest = [...list]
    const result = []
    while (rest.length > 0) result.push(...rest.splice(this.between(0, rest.length - 1), 1))
    return result
  }
}

/**
 * @param {string | undefined} text of CHAOS_SEED
 * @returns {number} that seed, or any if there is none
 * @throws {Error} when it is no seed
 */
function seedFrom(text) {
  if (!text) return randomInt(SEEDS)
  const seed = Number(text)
  if (Number.isInteger(seed) && seed >= 0 && seed < SEEDS) return seed
  throw new Error(`CHAOS_SEED=${text} is no seed: that is an integer from 0 to ${SEEDS - 1}`)
}

module.exports = { Random, seedFrom }
