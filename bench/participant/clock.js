'use strict'

/**
 * CLOCK_MONOTONIC: one clock for all processes of a machine, so that a time taken in the sender can
 * be subtracted from one taken in the receiver.
 *
 * @returns {number} milliseconds, with a resolution well below a microsecond
 */
function nowMs() {
  return Number(process.hrtime.bigint()) / 1e6
}

module.exports = { nowMs }
