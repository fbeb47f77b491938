'use strict'

/**
 * @param {number[]} sorted in ascending order
 * @param {number} share from 0 to 1
 * @returns {number} the smallest value that this share of them does not exceed; NaN if there are none
 */
function quantile(sorted, share) {
  return sorted.length === 0 ? NaN : sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
}

module.exports = { quantile }
