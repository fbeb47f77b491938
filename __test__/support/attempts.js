'use strict'

/**
 * For what has to happen within a certain time, which a busy machine may exceed now and then: one of a few attempts has
 * to succeed. A product that is too slow is so in each of them.
 *
 * @template T
 * @param {number} count how many attempts
 * @param {() => Promise<T>} attempt
 * @returns {Promise<T>} the result of the first that succeeds
 * @throws {Error} that of the last attempt, when all have failed
 */
async function inOneOf(count, attempt) {
  for (let n = 1; n < count; n++) {
    try {
      return await attempt()
    } catch {
      // The last one tells why.
    }
  }
  return attempt()
}

module.exports = { inOneOf }
