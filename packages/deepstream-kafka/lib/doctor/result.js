'use strict'

/**
 * What came of a check.
 *
 * @typedef {object} Result
 * @property {'ok' | 'warning' | 'failed' | 'skipped'} status
 * @property {string} what was found
 * @property {string} [cure] what to do about it
 * @property {string[]} [commands] that do it, or a part of it
 */

/** @returns {Result} */
const ok = (what) => ({ status: 'ok', what })
/** @returns {Result} something that works, but not as it should */
const warning = (what, cure, ...commands) => problem('warning', what, cure, commands)
/** @returns {Result} something that keeps the bus from working */
const failed = (what, cure, ...commands) => problem('failed', what, cure, commands)
/** @returns {Result} what cannot be found out */
const skipped = (what, cure, ...commands) => problem('skipped', what, cure, commands)

function problem(status, what, cure, commands) {
  return { status, what, ...(cure && { cure }), ...(commands.length > 0 && { commands }) }
}

/**
 * @param {Error & { code?: string }} error of deepstream.io-msg-kafka, whose text says what to do
 * @returns {Result}
 */
function failedBy(error) {
  return failed(`${error.message}${error.code ? ` (${error.code})` : ''}`)
}

/** @returns {string} such as `1 broker` or `2 brokers` */
const count = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`

module.exports = { ok, warning, failed, skipped, failedBy, count }
