'use strict'

const { parseBatch } = require('./batch')
const engine = require('./engine')
const { KafkaError } = require('./errors')
const exitHook = require('./exit-hook')
const { MetricsServer } = require('./metrics/server')
const { Outbox } = require('./outbox')
const { PeerHold } = require('./peer-hold')
const { Subscriptions } = require('./subscriptions')
const { TokenSource, handOver } = require('./token-source')

/** So many batches (of up to 64 KiB) are delivered before timers and sockets get their turn. */
const BATCHES_PER_TURN = 8
/** setInterval's longest time, in milliseconds. */
const FOREVER = 2147483647

/**
 * @typedef {object} Face what a bus tells its owner
 * @property {() => void} ready
 * @property {(error: KafkaError) => void} error
 * @property {(warning: KafkaError) => void} warning
 * @property {() => void} closed
 * @property {(callback: Function, message: unknown, sender: string) => void} deliver calls a subscriber
 * @property {import('./peer-hold').Membership} membership
 * @property {() => void} [takeLeave] the process exits: the last chance to publish
 */

/**
 * The JavaScript side of a connection: serialises, parses, and calls back. Everything else is the engine's.
 * Its life is a circle: closed -> open -> closing -> closed. It keeps the process alive while it connects and while it
 * closes, but not in between.
 */
class Bus {
  #native
  #outbox = new Outbox((runs, lines) => this.#native.publish(runs, lines))
  #face
  /** @type {{sender: string, topic: string}} what tells it from others */
  #names
  #flushTimeoutMs
  /** @type {Subscriptions} */
  #subscriptions
  /** @type {'closed' | 'open' | 'closing'} */
  #state = 'closed'
  #isSilent = true
  #reopen = false
  /** What was published after close() and open(), until the bus is open again. */
  #waiting = []
  #keepAlive
  /** @type {PeerHold | undefined} if servers are held */
  #hold
  /** @type {TokenSource | undefined} if the brokers want tokens */
  #tokens
  /** @type {MetricsServer | undefined} if metrics are served */
  #metrics
  #isReady = false

  /**
   * @param {object} options of readOptions()
   * @param {Face} face
   * @throws {KafkaError} ERR_KAFKA_PROPERTY or ERR_KAFKA_ADDON
   */
  constructor(options, face) {
    this.#face = face
    this.#names = { sender: options.sender, topic: options.topic }
    this.#flushTimeoutMs = options.flushTimeoutMs
    if (options.holdPeersMs > 0) this.#hold = this.#createHold(options.holdPeersMs)
    if (options.oauthToken) this.#tokens = this.#createTokens(options.oauthToken)
    if (options.metrics)
      this.#metrics = new MetricsServer(options.metrics, this, (error) => this.#mention(error))
    // The engine holds the callback as long as it lives, and must not hold the bus by it.
    const self = new WeakRef(this)
    try {
      this.#native = new engine.NativeBus(options, () => self.deref()?.#wake())
    } catch (error) {
      throw KafkaError.fromThrown(error)
    }
    this.#subscriptions = new Subscriptions(this.#native)
  }

  #createHold(holdMs) {
    const { membership } = this.#face
    return new PeerHold(membership, holdMs, {
      listen: () => this.#native.listen(),
      deliver: (message, sender) => {
        const { callbacks = [] } = this.#subscriptions.of(membership.channel) ?? {}
        this.#call(callbacks, message, sender)
      },
      tell: (text) =>
        this.#guard(() =>
          this.#face.warning(new KafkaError('ERR_KAFKA_PEERS_HELD', text, { retriable: true }))
        )
    })
  }

  #createTokens(provide) {
    return new TokenSource(provide, {
      give: (token) => handOver(token, this.#native),
      tell: (error) => this.#mention(error)
    })
  }

  /** An 'error' before 'ready' would end deepstream, and this may pass. */
  #mention(error) {
    this.#guard(() => this.#face[this.#isReady ? 'error' : 'warning'](error))
  }

  /** Milliseconds that a flush may take. */
  get flushTimeoutMs() {
    return this.#flushTimeoutMs
  }

  /**
   * Connects in the background, after the current close if there is one. Does nothing when open.
   * @throws {KafkaError} ERR_KAFKA_INTERNAL if the system gives no thread for it
   */
  open() {
    if (this.#state === 'closing') this.#reopen = true
    if (this.#state !== 'closed') return
    try {
      this.#native.open()
    } catch (error) {
      throw KafkaError.fromThrown(error)
    }
    this.#state = 'open'
    this.#isSilent = false
    exitHook.add(this)
    this.#tokens?.start()
    this.#metrics?.open()
    this.#stayAlive(true)
  }

  /**
   * Calls nobody back from now on, delivers what was published so far and in this tick within flushTimeoutMs, and tells
   * the face when it is closed.
   */
  close() {
    this.#reopen = false
    this.#waiting = []
    if (this.#state === 'closed')
      setImmediate(() => this.#state === 'closed' && this.#face.closed())
    if (this.#state !== 'open') return
    this.#state = 'closing'
    this.#hold?.clear()
    this.#subscriptions.pause()
    this.#stayAlive(true)
    // deepstream closes the bus before the last that it has to say in the same tick.
    setImmediate(() => {
      this.#isSilent = true
      this.#outbox.flush()
      this.#native.close()
    })
  }

  /**
   * Publishes to all other nodes, or to one. Serialises at once, because callers change the message afterwards.
   * Does nothing when closed. Troubles are told as errors.
   * @param {string} channel
   * @param {unknown} message
   * @param {string} [target] the sender id of the one node to get it
   * @throws {TypeError} if JSON.stringify cannot serialise the message
   */
  publish(channel, message, target) {
    const json = JSON.stringify(message)
    if (this.#reopen) this.#waiting.push([channel, json, target])
    if (this.#reopen || this.#isSilent) return
    this.#outbox.add(channel, json, target)
    if (exitHook.isExiting()) exitHook.flush(this)
  }

  /**
   * Calls back for each message of the channel from now on. A callback subscribed twice is called twice.
   * @param {string} channel
   * @param {Function} callback
   * @throws {TypeError} if it is not a function
   */
  subscribe(channel, callback) {
    this.#subscriptions.add(channel, callback)
  }

  /**
   * Takes one subscription of this callback back, the latest. Does nothing if there is none.
   * @param {string} channel
   * @param {Function} callback
   */
  unsubscribe(channel, callback) {
    this.#subscriptions.remove(channel, callback)
  }

  /**
   * Blocks until everything published is delivered.
   * @param {number} timeoutMs at most so long
   * @returns {number} how many messages are not delivered
   */
  flush(timeoutMs) {
    this.#outbox.flush()
    return this.#native.flush(timeoutMs)
  }

  /** Called when the process exits. */
  takeLeave() {
    this.#face.takeLeave?.()
  }

  /** @returns {object} counters since the construction, see Stats in index.d.ts */
  stats() {
    this.#outbox.flush()
    return { ...this.#names, ...this.#native.stats() }
  }

  /** @returns {string | undefined} where the metrics are, while they are served */
  get metricsUrl() {
    return this.#metrics?.url
  }

  /** Called by the engine when there is something to take. */
  #wake() {
    for (let turn = 0; turn < BATCHES_PER_TURN; turn++) {
      const item = this.#native.take()
      if (item === null) return
      if (typeof item === 'string') this.#guard(() => this.#deliver(parseBatch(item, this.#native)))
      else for (const event of item) this.#guard(() => this.#tell(event))
    }
    setImmediate(() => this.#wake())
  }

  /** @param {unknown[]} batch messages, and the runs that describe them */
  #deliver(batch) {
    const runs = batch.pop()
    const statuses = this.#hold && this.#subscriptions.of(this.#face.membership.channel)?.id
    let next = 0
    for (let run = 0; run < runs.length; run += 3) {
      const [channel, count, sender] = [runs[run], runs[run + 1], runs[run + 2]]
      for (let n = Math.abs(count); n > 0; n--) {
        const message = count > 0 ? batch[next++] : undefined
        const callbacks = this.#subscriptions.callbacksOf(channel)
        if (callbacks === undefined) continue
        if (channel === statuses) this.#hold.note(message, sender)
        this.#call(callbacks, message, sender)
        if (this.#state !== 'open') return
      }
    }
  }

  #call(callbacks, message, sender) {
    for (const callback of callbacks) {
      // The callback before may have closed the bus.
      if (this.#state !== 'open') return
      try {
        this.#face.deliver(callback, message, sender)
      } catch (error) {
        rethrow(error)
      }
    }
  }

  #tell(event) {
    switch (event.name) {
      case 'ready':
        if (this.#state !== 'open') return
        this.#stayAlive(false)
        this.#isReady = true
        return this.#face.ready()
      case 'unheard':
      case 'heard':
        if (this.#state === 'open') this.#hold?.[event.name]()
        return
      case 'closed':
        return this.#closed()
      default:
        return this.#face[event.name](KafkaError.fromEvent(event))
    }
  }

  #closed() {
    this.#state = 'closed'
    this.#isReady = false
    this.#tokens?.stop()
    this.#metrics?.close()
    this.#stayAlive(false)
    exitHook.remove(this)
    this.#subscriptions.resume()
    if (this.#reopen) {
      this.#reopen = false
      this.#guard(() => this.open())
      for (const args of this.#waiting.splice(0)) this.#outbox.add(...args)
    }
    this.#face.closed()
  }

  #guard(call) {
    try {
      call()
    } catch (error) {
      rethrow(error)
    }
  }

  #stayAlive(should) {
    clearInterval(this.#keepAlive)
    this.#keepAlive = should ? setInterval(() => {}, FOREVER) : undefined
  }
}

/** Lets an exception reach the process as uncaught without taking the rest of the batch with it. */
function rethrow(error) {
  process.nextTick(() => {
    throw error
  })
}

module.exports = { Bus }
