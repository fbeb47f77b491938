'use strict'

const { performance } = require('perf_hooks')

/** So many characters are handed over at once, also if more is to come. */
const FULL = 256 * 1024
/** A tick with so many characters is a busy one. */
const BUSY = 8 * 1024
/** While ticks are busy they share a hand-over for so long, in milliseconds. */
const PAUSE_MS = 2

/**
 * Gathers what is published in one tick of the event loop, so that a run of messages to one channel crosses into the
 * engine in one call and reaches Kafka in few requests.
 */
class Outbox {
  #publish
  #channel
  #target
  /** JSON texts, one on a line; none of them holds a line break. */
  #messages
  #isScheduled = false
  #lastAt = 0

  /** @param {(channel: string, messages: string, target?: string) => void} publish hands a run over */
  constructor(publish) {
    this.#publish = publish
  }

  /**
   * @param {string} channel
   * @param {string | undefined} json the message; undefined stands for itself
   * @param {string} [target]
   */
  add(channel, json = '', target) {
    if (this.#messages === undefined || channel !== this.#channel || target !== this.#target) {
      this.flush()
      this.#channel = channel
      this.#target = target
      this.#messages = json
    } else {
      this.#messages += `\n${json}`
    }
    if (this.#messages.length >= FULL) this.flush()
    else if (!this.#isScheduled) {
      this.#isScheduled = true
      process.nextTick(() => this.#endTick())
    }
  }

  #endTick() {
    const isBusy = this.#messages?.length >= BUSY
    if (isBusy && performance.now() - this.#lastAt < PAUSE_MS) {
      setTimeout(() => this.#end(), PAUSE_MS)
    } else {
      this.#end()
    }
  }

  #end() {
    this.#lastAt = performance.now()
    this.#isScheduled = false
    this.flush()
  }

  /** Hands over what was gathered. */
  flush() {
    if (this.#messages === undefined) return
    const messages = this.#messages
    this.#messages = undefined
    this.#publish(this.#channel, messages, this.#target)
  }
}

module.exports = { Outbox }
