'use strict'

/**
 * @param {ArrayLike<number>} values
 * @returns {Float64Array} a sorted copy
 */
function sorted(values) {
  return Float64Array.from(values).sort()
}

/** What floating-point arithmetic may add to a rank that is a whole number. */
const ROUNDING = 1e-6

/**
 * The nearest-rank percentile: always a value that was measured, never one between two.
 *
 * @param {Float64Array} ascending
 * @param {number} percent 0 to 100
 * @returns {number}
 */
function percentile(ascending, percent) {
  const rank = Math.ceil((percent * ascending.length) / 100 - ROUNDING)
  return ascending[Math.max(0, rank - 1)]
}

/**
 * @param {number[]} values
 * @returns {number} the middle value, or the mean of the two middle ones
 */
function median(values) {
  const ascending = sorted(values)
  const half = ascending.length >> 1
  return ascending.length % 2 ? ascending[half] : (ascending[half - 1] + ascending[half]) / 2
}

/**
 * @param {number[]} values
 * @returns {{median: number, min: number, max: number}}
 */
function summary(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/**
 * Stalls in a paced run. Consecutive messages above the threshold are one stall, because one
 * interruption delays every message that was due meanwhile.
 *
 * @param {ArrayLike<number>} latenciesMs in the order of sending
 * @param {number} thresholdMs
 * @returns {{first: number, messages: number, worstMs: number}[]} `first` is an index
 */
function stalls(latenciesMs, thresholdMs) {
  const found = []
  let current = null
  for (let index = 0; index < latenciesMs.length; index++) {
    if (latenciesMs[index] <= thresholdMs) {
      current = null
      continue
    }
    if (!current) {
      current = { first: index, messages: 0, worstMs: 0 }
      found.push(current)
    }
    current.messages++
    current.worstMs = Math.max(current.worstMs, latenciesMs[index])
  }
  return found
}

module.exports = { sorted, percentile, median, summary, stalls }
