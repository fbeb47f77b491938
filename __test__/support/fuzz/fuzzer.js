'use strict'

const { Random } = require('../../../chaos/random')
const { record } = require('../foreign-client')
const { LIVING, CHANNEL, END, NOBODY, NEVER, LARGEST } = require('./names')
const { KINDS } = require('./kinds')

/** Writes records of a living sender, and between them mutations of such records. The same again for the same seed. */
class Fuzzer {
  #random
  #life
  /** The number of the living sender's next message. */
  #next = 0
  /** Records of the living sender that were written before. */
  #past = []
  #id = 0

  /**
   * @param {number} seed
   * @param {string} receiver its name
   */
  constructor(seed, receiver) {
    this.#random = new Random(seed)
    this.#life = this.#hex(16)
    this.receiver = receiver
    /** How many messages of the living sender the receiver has to get. */
    this.expected = 0
  }

  /** @returns {object} the record that ends the test */
  end() {
    return this.#livingRecord([[END, 1]], ['"end"'])
  }

  /**
   * @param {number} mutations
   * @returns {object[]} so many mutated records between valid ones of the living sender. They are of a few kinds, so that each
   *   kind is also seen without company that is worse.
   */
  records(mutations) {
    const kinds = this.#random.shuffled(KINDS).slice(0, this.#random.between(1, 3))
    const records = [this.living()]
    for (let n = 0; n < mutations; n++) {
      records.push(kinds[n % kinds.length](this, this.#random))
      if (this.#random.next() < 0.3) records.push(this.living())
    }
    return records
  }

  /** @returns {object} the living sender's next record */
  living() {
    const runs = []
    const lines = []
    for (let run = this.#random.between(1, 3); run > 0; run--) {
      const count = this.#random.between(1, 3)
      const isWanted = this.#random.next() < 0.7
      runs.push([isWanted ? CHANNEL : NOBODY, count])
      for (let n = 0; n < count; n++)
        lines.push(isWanted ? `{"living":${this.expected++}}` : `"${NEVER}"`)
    }
    return this.#livingRecord(runs, lines)
  }

  #livingRecord(runs, lines) {
    const [first, life] = [this.#next, this.#life]
    this.#next += lines.length
    const whole = record({ sender: LIVING, life, first, runs }, lines.join('\n'))
    if (this.#past.length < 100) this.#past.push(whole)
    else this.#past[this.#random.between(0, 99)] = whole
    return whole
  }

  /** @returns {object} one that the living sender has written before */
  past() {
    return this.#random.pick(this.#past)
  }

  /** @returns {{ sender: string, life: string, first: number, runs: unknown }} headers of the living sender, far ahead */
  ahead() {
    const first =
      this.#random.next() < 0.1 ? LARGEST : this.#random.between(this.#next + 1e6, LARGEST - 1)
    return { sender: LIVING, life: this.#life, first, runs: [[CHANNEL, 1]] }
  }

  /** @returns {{ sender: string, life: string, first: number, runs: unknown }} headers of somebody new */
  stranger(count = 1) {
    const first = this.#random.pick([0, 1, 7, 1e6, LARGEST])
    return { sender: `stranger ${this.#id++}`, life: this.life(), first, runs: [[CHANNEL, count]] }
  }

  /** @returns {string} a life that nobody has lived; those that follow each other would be a second server of that name */
  life() {
    return this.#hex(16)
  }

  #hex(length) {
    return Array.from({ length }, () => this.#random.between(0, 15).toString(16)).join('')
  }
}

module.exports = { Fuzzer }
