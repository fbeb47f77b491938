'use strict'

const { EventEmitter } = require('events')
const engine = require('./engine')
const { KafkaError } = require('./errors')
const { TokenSource, handOver } = require('./token-source')

/** setInterval's longest time, in milliseconds. */
const FOREVER = 2147483647

/**
 * @typedef {object} TappedRecord a record of the bus
 * @property {number} timestamp when it was written, by its sender's clock, in milliseconds since 1970
 * @property {number} partition
 * @property {number} offset
 * @property {number} bytes of its value
 * @property {string} sender id of the server that wrote it
 * @property {string} [life] which life of the sender, from its start to its end
 * @property {number} [first] how many messages the sender published in this life before the first of these
 * @property {string} [host] machine and process of the sender; only some records tell
 * @property {[channel: string, count: number, addressee?: string][]} [runs] what the messages are, in order
 * @property {string} [value] the messages' JSON texts, one a line; an empty one is `undefined`
 * @property {'invalid' | 'newer'} [problem] instead of all from `life` on: it is no record of this bus, or of a later format
 */

/**
 * Reads everything that the servers of a bus say, and says nothing itself. It needs the right Read only, and keeps the process
 * alive until it is closed. A slow listener does not delay it: what does not fit into the option inboxBytes is skipped.
 *
 * Events: `ready`; `records` with TappedRecord[]; `skipped` with a number of messages; `warning` and `error` with a KafkaError.
 */
class Tap extends EventEmitter {
  #native
  #tokens
  #keepAlive
  #isClosed = false
  #closed
  #resolveClosed

  /**
   * @param {object} options of readOptions()
   * @param {{since?: number}} [beginning] begins with the records of this time, in milliseconds since 1970; by default with those
   *   that are written from now on
   * @throws {KafkaError} ERR_KAFKA_PROPERTY, ERR_KAFKA_ADDON or ERR_KAFKA_INTERNAL
   */
  constructor(options, { since } = {}) {
    super()
    this.#closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    if (options.oauthToken) this.#tokens = this.#createTokens(options.oauthToken)
    try {
      this.#native = new engine.NativeBus({ ...options, createTopic: false, tap: { since } }, () =>
        this.#wake()
      )
      this.#native.open()
    } catch (error) {
      throw KafkaError.fromThrown(error)
    }
    this.#tokens?.start()
    this.#keepAlive = setInterval(() => {}, FOREVER)
  }

  #createTokens(provide) {
    return new TokenSource(provide, {
      give: (token) => handOver(token, this.#native),
      tell: (error) => this.emit('warning', error)
    })
  }

  /** @returns {object} how it stands, see Stats in index.d.ts; it counts no messages but those `received` */
  stats() {
    return this.#native.stats()
  }

  /** @returns {Promise<void>} when it is closed; no event follows */
  close() {
    this.#isClosed = true
    this.#native.close()
    return this.#closed
  }

  #wake() {
    const item = this.#native.take()
    if (item === null) return
    // Timers and signals get their turn between two batches.
    setImmediate(() => this.#wake())
    if (typeof item === 'string') this.#emitRecords(JSON.parse(item))
    else for (const event of item) this.#tell(event)
  }

  #emitRecords(batch) {
    batch.pop()
    const records = []
    for (const element of batch) {
      if (typeof element === 'number') this.#emit('skipped', element)
      else records.push(recordOf(element))
    }
    if (records.length > 0) this.#emit('records', records)
  }

  #tell(event) {
    if (event.name === 'closed') {
      this.#tokens?.stop()
      clearInterval(this.#keepAlive)
      this.#resolveClosed()
    } else if (event.name === 'ready') this.#emit('ready')
    else if (event.code != null) this.#emit(event.name, KafkaError.fromEvent(event))
  }

  #emit(...args) {
    if (!this.#isClosed) this.emit(...args)
  }
}

/**
 * @param {unknown[]} element as src/incoming/tap.rs describes it
 * @returns {TappedRecord}
 */
function recordOf([timestamp, partition, offset, bytes, sender, ...rest]) {
  const place = { timestamp, partition, offset, bytes, sender }
  if (rest.length === 1) return { ...place, problem: rest[0] }
  const [life, first, host, runs, value] = rest
  return { ...place, life, first, ...(host !== null && { host }), runs, value }
}

module.exports = { Tap }
