'use strict'

/** Stands in for the engine's NativeBus: keeps what it is called with, and brings what a test says. For jest. */
class FakeNative {
  /** @type {FakeNative} the last one that was made */
  static last
  /** The calls in order: name and arguments, without take(). */
  calls = []
  /** What take() brings, in order. */
  items = []
  /** What mend() returns. */
  mended = '[[]]'

  constructor(_, wake) {
    this.wake = wake
    FakeNative.last = this
    for (const name of ['open', 'close', 'publish', 'unsubscribe']) this.#record(name)
    this.#record('subscribe', (channel) => channel.charCodeAt(0))
    this.#record('flush', () => 3)
    this.#record('stats', () => ({ state: 'ready' }))
    this.#record('mend', () => this.mended)
  }

  #record(name, answer = () => {}) {
    this[name] = jest.fn((...args) => {
      this.calls.push([name, ...args])
      return answer(...args)
    })
  }

  take() {
    return this.items.shift() ?? null
  }

  /** Hands these to the bus. */
  bring(...items) {
    this.items.push(...items)
    this.wake()
  }

  names() {
    return this.calls.map(([name]) => name)
  }
}

module.exports = { FakeNative }
