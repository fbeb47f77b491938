'use strict'

/** How often the status messages of held servers are delivered again, in milliseconds; more often if deepstream's time-out is short. */
const FEED_MS = 1000
/** A hold that is over sooner is not worth reporting. */
const TELL_MS = 2000

/**
 * @typedef {object} Membership how deepstream's servers tell each other that they are alive
 * @property {string} channel on which they do
 * @property {(message: object) => { name: string, isAlive: boolean } | undefined} read what such a message says, and about whom
 * @property {number} intervalMs how often each server says so
 * @property {number} timeoutMs after how much silence it is considered dead
 */

/**
 * @typedef {object} Bus
 * @property {() => void} listen asks whether the bus is heard; if not, unheard() is called soon
 * @property {(message: object, sender: string) => void} deliver to the subscribers of the channel
 * @property {(text: string) => void} tell warns the operator
 */

/**
 * Keeps deepstream from dropping servers that it cannot hear because nothing at all is heard: while the bus is silent, it
 * delivers each server's last status message again. A server that died meanwhile is dropped when deepstream's own time-out
 * has passed after the silence.
 */
class PeerHold {
  #membership
  #holdMs
  #bus
  /**
   * Each server's last status message and when deepstream got it last.
   * @type {Map<string, { status: string, sender: string, at: number, isMissed: boolean }>}
   */
  #peers = new Map()
  /** When the silence began, while servers are held. */
  #since
  #isTold = false
  #timer

  /**
   * @param {Membership} membership
   * @param {number} holdMs how long servers are held at most
   * @param {Bus} bus
   */
  constructor(membership, holdMs, bus) {
    this.#membership = membership
    this.#holdMs = holdMs
    this.#bus = bus
  }

  /**
   * To be called with every message of the channel before it is delivered, since deepstream changes messages.
   * @param {object} message
   * @param {string} sender
   */
  note(message, sender) {
    const { name, isAlive } = this.#membership.read(message) ?? {}
    if (typeof name !== 'string') return
    if (isAlive) {
      const status = JSON.stringify(message)
      this.#peers.set(name, { status, sender, at: performance.now(), isMissed: false })
    } else this.#peers.delete(name)
    if (this.#timer === undefined) this.#watch()
  }

  /** The bus is silent. */
  unheard() {
    this.#forget()
    if (this.#since !== undefined || this.#peers.size === 0) return
    this.#since = performance.now()
    this.#wake(this.#feedMs, () => this.#hold())
    this.#feed()
  }

  /** The bus is heard again. */
  heard() {
    if (this.#since === undefined) return
    // For the last time: servers that are alive have the whole time-out to say so.
    this.#feed()
    this.#end('Kafka is heard again. The other servers are no longer held')
  }

  /** Stops holding servers, and forgets all of them. */
  clear() {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#since = undefined
    this.#isTold = false
    this.#peers.clear()
  }

  get #feedMs() {
    return Math.min(FEED_MS, this.#membership.timeoutMs / 3)
  }

  #wake(ms, then) {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, ms)
    this.#timer.unref()
  }

  /** Looks out for status messages that are overdue: the silence may be theirs, or that of the bus. */
  #watch() {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#forget()
    const now = performance.now()
    const { intervalMs, timeoutMs } = this.#membership
    // An answer takes up to 0.7 s, and then there must be time to deliver.
    const overdueMs = intervalMs + Math.min(100, (timeoutMs - intervalMs) / 10)
    let isMissed = false
    let next = Infinity
    for (const peer of this.#peers.values()) {
      if (!peer.isMissed && now - peer.at >= overdueMs) peer.isMissed = isMissed = true
      next = Math.min(next, peer.at + (peer.isMissed ? timeoutMs : overdueMs) - now)
    }
    if (isMissed) this.#bus.listen()
    if (next < Infinity) this.#wake(Math.ceil(next) + 1, () => this.#watch())
  }

  /** Those that deepstream has dropped must not come back by being held. */
  #forget() {
    const now = performance.now()
    for (const [name, { at }] of this.#peers) {
      if (now - at > this.#membership.timeoutMs) this.#peers.delete(name)
    }
  }

  #hold() {
    const ms = performance.now() - this.#since
    if (ms >= this.#holdMs) {
      return this.#end(
        'Kafka is still silent. The other servers are no longer held (option holdPeersMs)'
      )
    }
    this.#wake(this.#feedMs, () => this.#hold())
    if (!this.#isTold && ms >= TELL_MS) {
      this.#isTold = true
      this.#bus.tell(
        'Kafka is silent, so no other server can be heard. To keep deepstream from dropping them, these servers are held for ' +
          `up to ${this.#holdMs / 1000} s (option holdPeersMs): ${[...this.#peers.keys()].join(', ')}.`
      )
    }
    this.#feed()
  }

  #feed() {
    for (const peer of this.#peers.values()) {
      peer.at = performance.now()
      this.#bus.deliver(JSON.parse(peer.status), peer.sender)
    }
  }

  #end(how) {
    // A delivery may have closed the bus.
    if (this.#since === undefined) return
    const seconds = ((performance.now() - this.#since) / 1000).toFixed(1)
    this.#since = undefined
    if (this.#isTold) this.#bus.tell(`${how}; they were held for ${seconds} s.`)
    this.#isTold = false
    this.#watch()
  }
}

module.exports = { PeerHold }
