'use strict'

const { EventEmitter } = require('events')
const { Bus } = require('./lib/bus')
const { describe } = require('./lib/errors')
const { collect } = require('./lib/metrics/collect')
const { readOptions } = require('./lib/options')
const { name, version } = require('./package.json')

/** deepstream's LOG_LEVEL.WARN. */
const WARN = 2

/** deepstream 1.1 to 3, with their default times. */
const MEMBERSHIP = {
  channel: 'CL',
  read(message) {
    const subject = message?.data?.[0]
    if (message?.action === 'ST') return { name: subject?.serverName, isAlive: true }
    if (message?.action === 'RM') return { name: subject, isAlive: false }
    return undefined
  },
  intervalMs: 5000,
  timeoutMs: 6000
}

/** deepstream's message connector for Apache Kafka. index.d.ts describes it. */
class MessageConnector extends EventEmitter {
  #bus
  /** deepstream's, of the versions that tell a connector of it */
  #logger

  constructor(options) {
    super()
    this.isReady = false
    this.name = name
    this.version = version
    this.type = this.description = `Apache Kafka message connector ${version}`
    this.#bus = new Bus(readOptions(options), {
      ready: () => {
        this.isReady = true
        this.emit('ready')
      },
      error: (error) => this.emit('error', error),
      warning: (warning) => this.#warn(warning),
      closed: () => this.emit('close'),
      deliver: (callback, message) => callback(message),
      membership: MEMBERSHIP
    })
    this.#bus.open()
  }

  setDeepstream(deepstream) {
    this.#logger = deepstream?._options?.logger
  }

  init() {
    this.#bus.open()
  }

  publish(topic, message) {
    this.#bus.publish(String(topic), message)
  }

  subscribe(topic, callback) {
    this.#bus.subscribe(String(topic), callback)
  }

  unsubscribe(topic, callback) {
    this.#bus.unsubscribe(String(topic), callback)
  }

  stats() {
    return this.#bus.stats()
  }

  collect(registry) {
    collect(registry, this.#bus)
  }

  get metricsUrl() {
    return this.#bus.metricsUrl
  }

  close() {
    this.isReady = false
    this.#bus.close()
  }

  /** An 'error' before 'ready' would end deepstream, and this may pass. */
  #warn(warning) {
    const { message, code, cause } = warning
    if (typeof this.#logger?.log === 'function')
      this.#logger.log(WARN, 'PLUGIN_ERROR', describe(warning))
    else process.emitWarning(message, { type: 'KafkaWarning', code, detail: cause?.message })
  }
}

module.exports = MessageConnector
module.exports.MessageConnector = MessageConnector
// deepstream 4 and later take a plugin's default export where there is one, earlier ones never do.
module.exports.default = require('./cluster-node')
