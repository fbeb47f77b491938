'use strict'

const { FaultPipe } = require('./fault-pipe')

/** How often a link of limited speed passes something on, in milliseconds: often enough to be smooth. */
const TICK_MS = 10

/** What a link of limited speed may make up for when this process was busy, in milliseconds. */
const MAKE_UP_MS = 100

/** How much waits in the proxy on a link whose speed is not limited, in bytes per connection. */
const ROOM_BYTES = 1024 * 1024

/**
 * One direction of a FaultProxy: what happens to the bytes that all its connections send this way.
 * Changes hold at once, for open connections as well, except that bytes which are already being
 * delayed keep their delay.
 */
class FaultDirection {
  /** @type {Set<FaultPipe>} the one whose turn it is first */
  #pipes = new Set()
  #delayMs = 0
  #bytesPerSecond = Infinity
  #isFrozen = false
  /** Bytes that may pass now. */
  #credit = 0
  #creditAt = performance.now()
  #timer

  constructor() {
    /** Bytes that have passed, over all connections. */
    this.passedBytes = 0
  }

  /** @param {number} ms added to the way of each byte; the speed stays as it is */
  delay(ms) {
    this.#delayMs = ms
    this.#pump()
  }

  /** @param {number} bytesPerSecond for all connections together, spread evenly over the time */
  limit(bytesPerSecond) {
    this.#bytesPerSecond = bytesPerSecond
    this.#credit = 0
    this.#creditAt = performance.now()
    this.#pump()
  }

  /** Nothing passes, not even the end of a connection; it waits, and so will its sender. */
  freeze() {
    this.#isFrozen = true
    this.#pump()
  }

  /** Ends freeze(): what was held goes on, in its order. */
  thaw() {
    this.#isFrozen = false
    this.#creditAt = performance.now()
    this.#pump()
  }

  /** Everything passes, as fast as it can. */
  pass() {
    this.#delayMs = 0
    this.limit(Infinity)
    this.thaw()
  }

  /**
   * Joins two sockets this way.
   *
   * @param {import('node:net').Socket} source
   * @param {import('node:net').Socket} destination
   * @returns {FaultPipe} what is between them
   */
  connect(source, destination) {
    const pipe = new FaultPipe(
      source,
      destination,
      () => this.#delayMs,
      () => this.#pump()
    )
    this.#pipes.add(pipe)
    destination.once('close', () => this.#pipes.delete(pipe))
    pipe.regulate(this.#room())
    return pipe
  }

  /** How much each connection may hold here: a slow link must not swallow megabytes at once. */
  #room() {
    if (this.#isFrozen) return 0
    const perMs = this.#bytesPerSecond / 1000
    return Math.min(ROOM_BYTES, Math.max(1, perMs * (this.#delayMs + MAKE_UP_MS)))
  }

  #pump() {
    clearTimeout(this.#timer)
    const now = performance.now()
    if (!this.#isFrozen) this.#passDue(now)
    const room = this.#room()
    for (const pipe of this.#pipes) pipe.regulate(room)
    if (!this.#isFrozen) this.#wakeLater(now)
  }

  /** @param {number} now */
  #passDue(now) {
    const perMs = this.#bytesPerSecond / 1000
    const earned = perMs * Math.min(MAKE_UP_MS, now - this.#creditAt)
    this.#credit = Number.isFinite(perMs)
      ? Math.min(this.#credit + earned, perMs * MAKE_UP_MS)
      : Infinity
    this.#creditAt = now
    let isAnyDue = true
    while (isAnyDue) {
      isAnyDue = false
      for (const pipe of [...this.#pipes]) {
        if (this.#credit < 1) return
        if (pipe.dueAt > now) continue
        isAnyDue = true
        const passed = pipe.pass(now, Math.floor(this.#credit))
        this.#credit -= passed
        this.passedBytes += passed
        // To the end of the line, so that the next turn begins with another one.
        this.#pipes.delete(pipe)
        this.#pipes.add(pipe)
      }
    }
  }

  /** @param {number} now */
  #wakeLater(now) {
    const dueAt = Math.min(...Array.from(this.#pipes, (pipe) => pipe.dueAt))
    if (dueAt === Infinity) return
    this.#timer = setTimeout(() => this.#pump(), Math.max(TICK_MS, dueAt - now))
  }
}

module.exports = { FaultDirection }
