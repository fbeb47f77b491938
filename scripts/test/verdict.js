'use strict'

/**
 * What a part of `make test` found.
 *
 * @typedef {object} Result
 * @property {number} passed
 * @property {string[]} failed their names
 * @property {string[]} [skipped] their names
 */

/**
 * The end of `make test`.
 *
 * @param {(Result & {step: string})[]} results one for each step
 * @param {boolean} isCi there, what was skipped counts as failed
 * @returns {{text: string, hasPassed: boolean}} the text names what failed; its last line is the sum
 */
function verdict(results, isCi) {
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.flatMap((result) => lines('FAILED', result.step, result.failed))
  const skipped = results.flatMap((result) => lines('SKIPPED', result.step, result.skipped))
  const faults = isCi ? [...skipped, ...failed] : failed
  return {
    text: [...faults, `${passed} passed, ${faults.length} failed`].join('\n'),
    hasPassed: faults.length === 0 && passed > 0
  }
}

/** One line each, though the name of a test may have line breaks. */
function lines(what, step, names = []) {
  return names.map((name) => `${what} ${step}: ${name.replace(/\s+/g, ' ')}`)
}

module.exports = { verdict }
