'use strict'

const { wellFormed } = require('./outbox')

/** Who is called back for the messages of a channel, and that the engine lets these messages through. */
class Subscriptions {
  #native
  /** @type {Map<string, {id?: number, callbacks: Function[]}>} by channel; without id while paused */
  #byChannel = new Map()
  /** @type {Map<number, Function[]>} the same callbacks by the engine's number of the channel */
  #byId = new Map()
  #isPaused = false

  /** @param {{ subscribe(channel: string): number, unsubscribe(channel: string): void }} native the engine's bus */
  constructor(native) {
    this.#native = native
  }

  /**
   * Calls back for each message of the channel from now on. A callback added twice is called twice.
   * @param {string} channel
   * @param {Function} callback
   * @throws {TypeError} if it is not a function
   */
  add(channel, callback) {
    if (typeof callback !== 'function') {
      throw new TypeError(`The callback for the topic ${channel} is not a function.`)
    }
    const name = wellFormed(channel)
    const known = this.#byChannel.get(name)
    // Lists are replaced, never changed: one that is being called may be added to or left meanwhile.
    const callbacks = [...(known?.callbacks ?? []), callback]
    this.#byChannel.set(name, { id: known?.id, callbacks })
    if (!this.#isPaused) this.#listen(name)
  }

  /**
   * Takes one subscription of this callback back, the latest. Does nothing if there is none.
   * @param {string} channel
   * @param {Function} callback
   */
  remove(channel, callback) {
    const name = wellFormed(channel)
    const { id, callbacks } = this.#byChannel.get(name) ?? { callbacks: [] }
    const at = callbacks.lastIndexOf(callback)
    if (at < 0) return
    const others = [...callbacks.slice(0, at), ...callbacks.slice(at + 1)]
    if (others.length > 0) {
      this.#byChannel.set(name, { id, callbacks: others })
      if (id !== undefined) this.#byId.set(id, others)
    } else {
      this.#byChannel.delete(name)
      this.#byId.delete(id)
      this.#native.unsubscribe(name)
    }
  }

  /** Forgets all, and only keeps what is added from now on, until resume(). */
  pause() {
    this.#isPaused = true
    for (const channel of this.#byChannel.keys()) this.#native.unsubscribe(channel)
    this.#byChannel.clear()
    this.#byId.clear()
  }

  /** Lets the messages through for what was added meanwhile, and for what will be. */
  resume() {
    this.#isPaused = false
    for (const name of this.#byChannel.keys()) this.#listen(name)
  }

  /**
   * @param {number} id the engine's number of a channel
   * @returns {Function[] | undefined} whom to call, if anybody
   */
  callbacksOf(id) {
    return this.#byId.get(id)
  }

  /**
   * @param {string} channel
   * @returns {{ id?: number, callbacks: Function[] } | undefined} whom to call, and the engine's number of the channel
   */
  of(channel) {
    return this.#byChannel.get(channel)
  }

  #listen(name) {
    const subscription = this.#byChannel.get(name)
    subscription.id ??= this.#native.subscribe(name)
    this.#byId.set(subscription.id, subscription.callbacks)
  }
}

module.exports = { Subscriptions }
