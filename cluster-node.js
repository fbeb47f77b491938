'use strict'

const { Bus } = require('./lib/bus')
const { endsStart } = require('./lib/engine')
const { KafkaError, describe } = require('./lib/errors')
const { collect } = require('./lib/metrics/collect')
const { readOptions } = require('./lib/options')
const { version } = require('./package.json')

/** deepstream's topic of who is in the cluster, and what servers say there; the numbers are of @deepstream/protobuf. */
const CLUSTER = 9
const LEAVE = 1
const STATUS = 2

/** deepstream 4+'s cluster node for Apache Kafka. cluster-node.d.ts describes it. */
class KafkaClusterNode {
  #bus
  #services
  /** Whether the others count the server to their cluster. */
  #isMember = false
  /** Until it is ready or closed for the first time. */
  #isStarting = true
  #ready
  #closed
  #resolveReady
  #resolveClosed

  constructor(options, services, config) {
    if (!services?.logger || typeof config?.serverName !== 'string') {
      throw new KafkaError(
        'ERR_KAFKA_OPTION',
        'The cluster node needs the services and the configuration of its server: ' +
          'new KafkaClusterNode(options, server.getServices(), server.getConfig())'
      )
    }
    this.description = `Apache Kafka cluster node ${version}`
    this.#services = services
    this.#ready = new Promise((resolve) => (this.#resolveReady = resolve))
    this.#closed = new Promise((resolve) => (this.#resolveClosed = resolve))
    const face = { topic: 'deepstream-cluster', sender: config.serverName }
    const checked = readOptions(options, face)
    this.#bus = new Bus(checked, {
      ready: () => {
        this.#isStarting = false
        this.#resolveReady()
      },
      error: (error) => this.#logError(error),
      warning: (warning) => this.#logger.warn('PLUGIN_ERROR', describe(warning)),
      closed: () => this.#resolveClosed(),
      deliver: (callback, message, sender) => callback(message, sender),
      membership: membership(config.clusterRegistry?.options),
      // deepstream says nothing then.
      takeLeave: () => {
        if (this.#isMember) this.send({ topic: CLUSTER, action: LEAVE, name: config.serverName })
      }
    })
    // deepstream subscribes and sends before init(), so there is nothing left for it to do then.
    this.#bus.open()
  }

  init() {}

  whenReady() {
    return this.#ready
  }

  send(message) {
    this.#bus.publish(
      String(message.topic),
      message.topic === CLUSTER ? this.#noted(message) : message
    )
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

  collect(registry) {
    collect(registry, this.#bus)
  }

  get metricsUrl() {
    return this.#bus.metricsUrl
  }

  close() {
    this.#isStarting = false
    this.#bus.close()
    return this.#closed
  }

  /**
   * deepstream 4 to 10: a server that leaves says its `name`, and the others look for a `serverName`. Without one they would miss
   * it only after their time-out.
   */
  #noted(message) {
    if (message.action === STATUS) this.#isMember = true
    if (message.action !== LEAVE) return message
    this.#isMember = false
    return { serverName: message.name, ...message }
  }

  /** What can never work ends a starting server; everything else may pass, and a running one goes on. */
  #logError(error) {
    // Of a namespace of deepstream's pino logger, fatal() would not end the server.
    if (this.#isStarting && endsStart(error.code))
      this.#services.logger.fatal('PLUGIN_INITIALIZATION_ERROR', describe(error))
    else this.#logger.error('PLUGIN_ERROR', describe(error))
  }

  /** Asked for each time, because server.set('logger', ...) replaces it after the construction. */
  get #logger() {
    const { logger } = this.#services
    return logger.getNameSpace?.('KAFKA_CLUSTER_NODE') ?? logger
  }
}

/** How the servers of deepstream 4 to 10 tell each other that they are alive. */
function membership({ keepAliveInterval = 5000, nodeInactiveTimeout = 6000 } = {}) {
  return {
    channel: String(CLUSTER),
    read(message) {
      if (message?.action === STATUS) return { name: message.serverName, isAlive: true }
      if (message?.action === LEAVE) return { name: message.serverName, isAlive: false }
      return undefined
    },
    intervalMs: keepAliveInterval,
    timeoutMs: nodeInactiveTimeout
  }
}

module.exports = KafkaClusterNode
module.exports.KafkaClusterNode = KafkaClusterNode
module.exports.default = KafkaClusterNode
