'use strict'

/** So many characters are handed over at once, also if more is to come in the same tick. */
const FULL = 256 * 1024

/**
 * Gathers what is published in one tick of the event loop, for whichever channel and addressee, so that it crosses into
 * the engine in one call and travels together.
 */
class Outbox {
  #publish
  /** [channel, count] or [channel, count, addressee], in order, as src/wire.rs writes them. */
  #runs = []
  /** The texts of all runs, one on a line; none of them holds a line break. */
  #lines = ''
  #channel
  #addressee
  #isScheduled = false

  /** @param {(runs: string, lines: string) => void} publish hands over what was gathered */
  constructor(publish) {
    this.#publish = publish
  }

  /**
   * @param {string} channel
   * @param {string | undefined} json the message; undefined stands for itself
   * @param {string} [addressee]
   */
  add(channel, json = '', addressee) {
    if (this.#runs.length === 0) {
      this.#lines = json
      this.#begin(channel, addressee)
    } else {
      this.#lines += `\n${json}`
      if (channel === this.#channel && addressee === this.#addressee)
        this.#runs[this.#runs.length - 1][1]++
      else this.#begin(channel, addressee)
    }
    if (this.#lines.length >= FULL) this.flush()
    else if (!this.#isScheduled) {
      this.#isScheduled = true
      process.nextTick(() => {
        this.#isScheduled = false
        this.flush()
      })
    }
  }

  #begin(channel, addressee) {
    this.#channel = channel
    this.#addressee = addressee
    const run = [wellFormed(channel), 1]
    if (addressee !== undefined) run.push(wellFormed(addressee))
    this.#runs.push(run)
  }

  /** Hands over what was gathered. */
  flush() {
    if (this.#runs.length === 0) return
    const runs = JSON.stringify(this.#runs)
    const lines = this.#lines
    this.#runs = []
    this.#lines = ''
    this.#publish(runs, lines)
  }
}

/**
 * A name as it is on the wire, which is UTF-8 and has no lone surrogates: each is U+FFFD there.
 * @param {string} name
 * @returns {string}
 */
function wellFormed(name) {
  return /[\ud800-\udfff]/.test(name) ? Buffer.from(name).toString() : name
}

module.exports = { Outbox, wellFormed }
