'use strict'

const { LOWEST_NUMBER } = require('./event-message')

/**
 * Each sender of a run numbers its messages from a start of its own. So a receiver can tell from the
 * number alone who sent a message, and notices one that was sent before it came or for somebody else.
 */
const NUMBERS_PER_SENDER = 1e7

let ranges = 0

/** The numbers of one sender's messages, which nobody else in this run uses. */
class Numbers {
  constructor() {
    this.first = LOWEST_NUMBER + ranges++ * NUMBERS_PER_SENDER
    this.next = this.first
  }

  /**
   * @param {number} count
   * @returns {number} the first of so many consecutive numbers that were not taken before
   */
  take(count) {
    const first = this.next
    this.next += count
    return first
  }

  /** @returns {number} how many were taken so far */
  get taken() {
    return this.next - this.first
  }
}

module.exports = { Numbers, NUMBERS_PER_SENDER }
