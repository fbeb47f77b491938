'use strict'

const { Bus } = require('./lib/bus')
const { readOptions } = require('./lib/options')
const { version } = require('./package.json')

/** deepstream 4+'s cluster node for Apache Kafka. cluster-node.d.ts describes it. */
class KafkaClusterNode {
  #bus
  #logger
  #isReady = false
  #ready
  #closed
  #resolveReady
  #resolveClosed

  constructor(options, services, config) {
    this.description = `Apache Kafka cluster node ${version}`
    this.#logger = services.logger.getNameSpace?.('KAFKA_CLUSTER_NODE') ?? services.logger
    this.#ready = new Promise((resolve) => (this.#resolveReady = resolve))
    this.#closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    const face = { topic: 'deepstream-cluster', sender: config.serverName }
    this.#bus = new Bus(readOptions(options, face), {
      ready: () => {
        this.#isReady = true
        this.#resolveReady()
      },
      error: (error) => this.#logError(error),
      warning: (warning) => this.#logger.warn('PLUGIN_ERROR', describe(warning)),
      closed: () => this.#resolveClosed(),
      deliver: (callback, message, sender) => callback(message, sender)
    })
    // deepstream subscribes and sends before init(), so there is nothing left for it to do then.
    this.#bus.open()
  }

  init() {}

  whenReady() {
    return this.#ready
  }

  send(message) {
    this.#bus.publish(String(message.topic), message)
  }

  sendDirect(serverName, message) {
    this.#bus.publish(String(message.topic), message, serverName)
  }

  subscribe(topic, callback) {
    this.#bus.subscribe(String(topic), callback)
  }

  stats() {
    return this.#bus.stats()
  }

  close() {
    this.#bus.close()
    return this.#closed
  }

  /** What can never work ends a starting server; everything else may pass, and a running one goes on. */
  #logError(error) {
    const isFinal = !this.#isReady && !error.retriable
    if (isFinal) this.#logger.fatal('PLUGIN_INITIALIZATION_ERROR', describe(error))
    else this.#logger.error('PLUGIN_ERROR', describe(error))
  }
}

function describe(error) {
  const cause = error.cause ? ` (${error.cause.message})` : ''
  return `${error.code}: ${error.message}${cause}`
}

module.exports = KafkaClusterNode
module.exports.default = KafkaClusterNode
