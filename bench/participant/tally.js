'use strict'

const { NUMBERS_PER_SENDER } = require('../numbers')

/**
 * Checks that the messages of one sender arrive exactly once and in order. Numbers are consecutive
 * from the first one on; anything else is counted as what it is and remembered as a fault.
 */
class Tally {
  /**
   * @param {number} first the number of the first message to come
   */
  constructor(first) {
    this.first = first
    /** The number that has to come next. */
    this.next = first
    /** One above the last number of the run that is under way. */
    this.end = first
    /** Numbers that came below the expected one: doubled, late or replayed messages. */
    this.repeated = 0
    /** Numbers that were jumped over: lost messages, or ones that come late. */
    this.skipped = 0
    /** Messages whose content was not what was sent. */
    this.damaged = 0
    /** The first fault in words, or null. */
    this.fault = null
  }

  /**
   * @param {number} number
   * @returns {boolean} whether it is one of this sender's
   */
  covers(number) {
    return number >= this.first && number < this.first + NUMBERS_PER_SENDER
  }

  /**
   * @param {number} number
   */
  count(number) {
    if (number === this.next) {
      this.next++
    } else if (number > this.next) {
      this.note(`message ${number - this.first} came, expected was ${this.next - this.first}`)
      this.skipped += number - this.next
      this.next = number + 1
    } else if (number < this.next) {
      this.note(`message ${number - this.first} came again or late`)
      this.repeated++
    } else {
      this.damage()
    }
  }

  /** Counts a message whose content is wrong. */
  damage() {
    this.note(`a message near number ${this.next - this.first} is damaged`)
    this.damaged++
  }

  /**
   * @param {string} fault kept when it is the first one
   */
  note(fault) {
    this.fault = this.fault || fault
  }

  /**
   * @returns {{received: number, repeated: number, skipped: number, damaged: number,
   *   fault: string|null}}
   */
  result() {
    const { repeated, skipped, damaged, fault } = this
    const received = this.next - this.first - skipped
    return { received, repeated, skipped, damaged, fault }
  }
}

module.exports = { Tally }
