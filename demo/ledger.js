'use strict'

/** After this time nothing follows that a server which was killed had still passed on, in milliseconds. */
const AFTERMATH_MS = 3000

/**
 * Keeps account of numbered messages: every sender numbers its messages from 0 in each of its lives, and every receiver
 * should hear all of them once and in order. Pure: it is told the time.
 */
class Ledger {
  #senders = new Map()
  #receivers = new Set()
  /** @type {Map<string, Pair>} what a receiver has heard of a sender's life, by the names of both */
  #pairs = new Map()
  #counts = { sent: 0, arrived: 0, lost: 0, doubled: 0, outOfOrder: 0, wentDown: 0 }
  #longestMs = 0
  #lives = 0

  /**
   * A sender, who is a receiver as well, is there from now on. What the others send reaches it from now on.
   * @param {string} name
   */
  join(name) {
    const life = ++this.#lives
    this.#senders.set(name, { life, sent: 0 })
    for (const other of this.#receivers) {
      const former = this.#pairs.get(key(name, other))
      if (former) this.#close(key(name, other), former)
      this.#pairs.set(key(name, other), pair(life, 0))
      // It is not known with which message it begins to hear the others.
      this.#pairs.set(key(other, name), pair(this.#senders.get(other).life, undefined))
    }
    this.#receivers.add(name)
  }

  /**
   * A sender was killed. What it had sent and nobody heard went down with it.
   * @param {string} name
   * @param {number} now in milliseconds
   */
  leave(name, now) {
    const { sent } = this.#senders.get(name) ?? {}
    if (sent === undefined) return
    this.#senders.delete(name)
    this.#receivers.delete(name)
    for (const other of this.#receivers) {
      this.#pairs.delete(key(other, name))
      const own = this.#pairs.get(key(name, other))
      if (own) Object.assign(own, { end: sent, closesAt: now + AFTERMATH_MS })
    }
  }

  /** @returns {{life: number, n: number}} the number of a message that is sent now, and in which life */
  send(name) {
    this.#counts.sent++
    const sender = this.#senders.get(name)
    return { life: sender.life, n: sender.sent++ }
  }

  /**
   * @param {string} from
   * @param {string} to
   * @param {{life: number, n: number}} message as send() numbered it
   * @param {number} now in milliseconds
   */
  arrive(from, to, { life, n: number }, now) {
    const heard = this.#pairs.get(key(from, to))
    if (heard?.life !== life) return
    this.#counts.arrived++
    if (heard.lastAt !== undefined) this.#longestMs = Math.max(this.#longestMs, now - heard.lastAt)
    heard.lastAt = now
    heard.next ??= number
    if (number < heard.next) {
      const wasMissing = heard.missing.delete(number)
      this.#counts[wasMissing ? 'outOfOrder' : 'doubled']++
      return
    }
    for (let missing = heard.next; missing < number; missing++) heard.missing.add(missing)
    heard.next = number + 1
  }

  /** What is not heard for a while from now on is somebody's doing: of the silence before nothing is told any more. */
  forgetSilence(now) {
    this.#longestMs = 0
    for (const heard of this.#pairs.values()) if (heard.lastAt !== undefined) heard.lastAt = now
  }

  /**
   * @param {number} now in milliseconds
   * @param {(name: string) => boolean} isSpeaking whether a server is expected to be heard
   * @returns {{sent: number, arrived: number, underWay: number, lost: number, doubled: number, outOfOrder: number,
   *   wentDown: number, silenceMs: number, longestMs: number}} `arrived` counts each message at each receiver;
   *   `silenceMs` is how long somebody has heard nothing of somebody, `longestMs` the longest such time
   */
  view(now, isSpeaking) {
    let [underWay, missing, silenceMs] = [0, 0, 0]
    for (const [names, heard] of this.#pairs) {
      if (heard.closesAt <= now) this.#close(names, heard)
      const [from, to] = names.split('\n')
      missing += heard.missing.size
      const sent = heard.end ?? this.#senders.get(from)?.sent ?? 0
      if (heard.next !== undefined && heard.end === undefined) underWay += sent - heard.next
      const isExpected = heard.end === undefined && isSpeaking(from) && isSpeaking(to)
      if (isExpected && heard.lastAt !== undefined)
        silenceMs = Math.max(silenceMs, now - heard.lastAt)
    }
    const longestMs = Math.max(this.#longestMs, silenceMs)
    const { lost } = this.#counts
    return { ...this.#counts, lost: lost + missing, underWay, silenceMs, longestMs }
  }

  /** Nothing more of a life that is over is expected. */
  #close(names, heard) {
    this.#counts.lost += heard.missing.size
    this.#counts.wentDown += Math.max(0, heard.end - (heard.next ?? heard.end))
    this.#pairs.delete(names)
  }
}

/**
 * @typedef {object} Pair
 * @property {number} life of the sender
 * @property {number | undefined} next the number of the next message
 * @property {Set<number>} missing numbers that were left out
 * @property {number} [lastAt] when the last one came
 * @property {number} [end] how many there are, if the life is over
 * @property {number} [closesAt] when nothing more is expected
 */

/** @returns {Pair} */
function pair(life, next) {
  return { life, next, missing: new Set() }
}

function key(from, to) {
  return `${from}\n${to}`
}

module.exports = { Ledger, AFTERMATH_MS }
