'use strict'

/** How often a sender has to fall back to a life that another one had followed: a late copy may look like it once. */
const RETURNS = 2
/** For how long a name is called doubled. */
const DOUBLED_MS = 30000
/** Earlier lives that are remembered. */
const LIVES = 4

/** What the records of one sender tell of it. Pure: the time is passed in. */
class Node {
  /** deepstream's name of the server, where that is not its id on the bus. */
  name
  /** By life: the number that comes next, undefined if some were not read, and the host. */
  #lives = new Map()
  #life
  #returns = 0
  #returnedAt = -Infinity
  /** Totals. */
  #lost = 0
  #duplicates = 0
  /** Since they were taken. */
  #messages = 0
  #bytes = 0
  #fastestMs = Infinity

  /** @param {string} sender its id on the bus */
  constructor(sender) {
    this.sender = sender
    /** By the clock of this machine, in milliseconds since 1970. */
    this.lastSeen = 0
  }

  /**
   * @param {object} record of a Tap, readable
   * @param {number} messages in it
   * @param {number} now in milliseconds since 1970
   */
  note({ life, first, host, bytes, timestamp }, messages, now) {
    this.lastSeen = now
    this.#messages += messages
    this.#bytes += bytes
    this.#fastestMs = Math.min(this.#fastestMs, now - timestamp)
    const known = this.#lives.get(life) ?? {}
    const { next = first } = known
    const end = first + messages
    if (first > next) this.#lost += first - next
    this.#duplicates += Math.max(0, Math.min(end, next) - first)
    if (end > next && this.#life !== life) {
      if (this.#lives.has(life)) {
        this.#returns++
        this.#returnedAt = now
      }
      this.#life = life
    }
    this.#life ??= life
    this.#lives.set(life, { next: Math.max(next, end), host: host ?? known.host })
    if (this.#lives.size > LIVES) this.#lives.delete(this.#lives.keys().next().value)
  }

  /** Records were not read: what their numbers were is not known. */
  forgetNumbers() {
    for (const life of this.#lives.values()) life.next = undefined
  }

  /**
   * @param {number} now in milliseconds since 1970
   * @param {number} seconds since it was asked the last time
   * @returns {object} how it stands, with what it did since then
   */
  take(now, seconds) {
    const isDoubled = this.#returns >= RETURNS && now - this.#returnedAt < DOUBLED_MS
    const view = {
      sender: this.sender,
      ...(this.name !== undefined && { name: this.name }),
      life: this.#life,
      hosts: this.#hosts(isDoubled),
      messagesPerSecond: this.#messages / seconds,
      bytesPerSecond: this.#bytes / seconds,
      lastSeen: this.lastSeen,
      isDoubled,
      lost: this.#lost,
      duplicates: this.#duplicates
    }
    const fastestMs = this.#fastestMs
    ;[this.#messages, this.#bytes, this.#fastestMs] = [0, 0, Infinity]
    return { view, fastestMs }
  }

  /** Where it runs, as far as that was told; of two with one name, both. */
  #hosts(isDoubled) {
    const lives = isDoubled ? [...this.#lives.values()] : [this.#lives.get(this.#life)]
    return [...new Set(lives.map((life) => life?.host))].filter((host) => host !== undefined)
  }
}

module.exports = { Node }
