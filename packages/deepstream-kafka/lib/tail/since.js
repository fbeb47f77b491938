'use strict'

const { ArgumentsError } = require('../arguments-error')

const UNITS_MS = { s: 1000, m: 60000, h: 3600000, d: 86400000 }

/**
 * @param {string} text how long ago, such as `5m`, or a time as ISO 8601 has it
 * @param {number} [now] in milliseconds since 1970
 * @returns {number} that time, in milliseconds since 1970
 * @throws {ArgumentsError}
 */
function readSince(text, now = Date.now()) {
  const [, count, unit] = text.match(/^(\d+(?:\.\d+)?)([smhd])$/) ?? []
  if (unit) return now - Number(count) * UNITS_MS[unit]
  // Others, such as '5', are times to Date.parse(), too.
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(time))
    throw new ArgumentsError(
      `--since takes how long ago, such as 30s, 5m or 2h, or a time such as 2026-01-31T12:00:00Z, not ${text}`
    )
  return time
}

module.exports = { readSince }
