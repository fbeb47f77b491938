'use strict'

const { randomBytes } = require('node:crypto')
const { eventually } = require('../eventually')
const { Broker } = require('./broker')
const { sharedClasses } = require('./class-archive')
const { DataDir } = require('./data-dir')
const { KAFKA_VERSION, downloadKafka } = require('./download')
const { Entrance } = require('./entrance')
const { ExternalBroker } = require('./external-broker')
const { findJava } = require('./java')
const { layOut } = require('./layout')
const { fetchMetadata } = require('./metadata')
const { PROTOCOLS, Security } = require('./security')
const { entranceName, serverProperties } = require('./server-properties')
const { createTopic, deleteTopic } = require('./topics')
const { ZooKeeper, needsZooKeeper } = require('./zookeeper')

/** How long a new or deleted topic may take to show at every broker, in milliseconds. */
const TOPIC_TIMEOUT_MS = 30000

/** How long a broker that was away may take to catch up, in milliseconds. */
const SYNC_TIMEOUT_MS = 60000

/**
 * A real Apache Kafka cluster on this machine, for tests, benchmarks and the demo. Its brokers
 * never outlive the process that started it, and do not keep that process alive.
 */
class KafkaCluster {
  #dataDir
  #zooKeeper

  /**
   * Starts brokers, or takes those that the environment variable KAFKA_BROKERS (host:port[,..])
   * names. The first start on a machine downloads Kafka, which needs Maven; brokers need Java 17 or
   * newer, macOS or Linux.
   *
   * @param {object} [options]
   * @param {number} [options.brokers] how many; each is a controller as well, so use an odd number
   *   (1)
   * @param {Record<string, string | number | boolean>} [options.config] more server.properties, for
   *   every broker; Kafka's own defaults hold otherwise: a killed broker is noticed after
   *   broker.session.timeout.ms, 9 s
   * @param {number} [options.entrances] how many ways into the cluster lead through proxies, for
   *   clients with a bad network: see Entrance (0)
   * @param {number} [options.tlsEntrances] through how many of them, the first ones, clients come by TLS; takes
   *   `security` (0)
   * @param {boolean} [options.security] whether the brokers listen by TLS and SASL as well, and
   *   check rights: see Security, whose fields the cluster then has (false)
   * @param {string[]} [options.classpath] folders with more Java classes for the brokers (none)
   * @param {number} [options.heapMb] limit of each broker's Java heap, in MB (512)
   * @param {string} [options.version] Apache Kafka version (the one that pom.xml pins); brokers older than 3.3 come with
   *   a ZooKeeper
   * @param {number} [options.startTimeoutMs] how long the brokers may take until they serve, in
   *   milliseconds (60000)
   * @returns {Promise<KafkaCluster>} when every broker answers, and knows all the others and a
   *   controller
   * @throws {Error} when Java or Maven is missing (says what to install), or when a broker does not
   *   serve in time or ends (quotes its log); nothing is left running
   */
  static async start(options = {}) {
    if (process.env.KAFKA_BROKERS) return KafkaCluster.#join(process.env.KAFKA_BROKERS, options)

    const { version = KAFKA_VERSION } = options
    const java = await findJava()
    const libs = await downloadKafka(version)
    const installation = { java: java.command, libs }
    const jvmFlags = await sharedClasses(version, java.version, async (brokerJvmFlags) => {
      const cluster = await KafkaCluster.#launch(
        { ...installation, jvmFlags: [], brokerJvmFlags },
        { version }
      )
      // Orderly, because Java writes the archive at its exit.
      await cluster.brokers[0].stop().finally(() => cluster.stop())
    })
    return KafkaCluster.#launch({ ...installation, jvmFlags, brokerJvmFlags: [] }, options)
  }

  /**
   * @param {{ java: string, libs: string, jvmFlags: string[], brokerJvmFlags: string[] }}
   *   installation
   * @param {object} options those of start()
   */
  static async #launch(installation, options) {
    const { brokers: count = 1, entrances = 0, security = false, config = {} } = options
    const { tlsEntrances = 0, heapMb = 512, startTimeoutMs = 60000, classpath = [] } = options
    const { version = KAFKA_VERSION } = options
    const dataDir = new DataDir()
    const nodes = await layOut(
      dataDir.path,
      count,
      entrances,
      security ? Object.keys(PROTOCOLS) : []
    )
    const zooKeeper = needsZooKeeper(version)
      ? new ZooKeeper({ ...installation, port: nodes[0].controllerPort, folder: dataDir.path })
      : undefined
    const runningAddresses = () => cluster.#runningAddresses()
    const byTls = Array.from({ length: tlsEntrances }, (_, index) => entranceName(index))
    const secured = security && new Security(dataDir.path, nodes, runningAddresses, byTls)
    const extra = { ...(secured && secured.properties), ...config }
    const clusterId = randomBytes(16).toString('base64url')
    const brokers = nodes.map((node) => {
      const properties = serverProperties(node, nodes, zooKeeper?.address, extra, byTls)
      const jvm = { heapMb, classpath }
      return new Broker({ ...node, ...installation, ...jvm, properties, clusterId, startTimeoutMs })
    })

    const cluster = new KafkaCluster(brokers, dataDir, secured, zooKeeper)
    try {
      for (let index = 0; index < entrances; index++) {
        cluster.entrances.push(await Entrance.start(nodes.map(({ doors }) => doors[index])))
      }
      if (!zooKeeper) await Promise.all(brokers.map((broker) => broker.format()))
      await Promise.all(brokers.map((broker) => broker.start()))
      const allKnown = (metadata) => metadata.brokers.length === count
      await cluster.#untilAllShow(`${count} brokers to find each other`, allKnown, startTimeoutMs)
    } catch (error) {
      await cluster.stop()
      throw error
    }
    return cluster
  }

  /**
   * @param {string} addresses
   * @param {{ brokers?: number, entrances?: number, security?: boolean }} wanted
   */
  static async #join(addresses, { brokers: wanted = 1, entrances = 0, security = false }) {
    if (entrances > 0 || security) {
      const what = security ? 'are not secured' : 'have no entrances'
      throw new Error(`KAFKA_BROKERS=${addresses}: brokers that run already ${what}`)
    }
    const brokers = addresses.split(',').map((address) => new ExternalBroker(address.trim()))
    const asked = brokers.map(({ address }) => fetchMetadata(address))
    const { brokers: serving } = await Promise.any(asked).catch((cause) => {
      const reason = cause.errors[0].message
      throw new Error(`KAFKA_BROKERS=${addresses}: no broker there (${reason})`, { cause })
    })
    if (serving.length < wanted) {
      throw new Error(
        `KAFKA_BROKERS=${addresses}: ${wanted} brokers wanted, that cluster has ${serving.length}`
      )
    }
    return new KafkaCluster(brokers)
  }

  /** Use KafkaCluster.start(). */
  constructor(brokers, dataDir, security, zooKeeper) {
    /** @type {(Broker | ExternalBroker)[]} */
    this.brokers = brokers
    /** @type {Entrance[]} as many as were asked for */
    this.entrances = []
    /** Those of Security; undefined without security. */
    const { listeners, certificates, acls, scram } = security || {}
    Object.assign(this, { listeners, certificates, acls, scram })
    this.#dataDir = dataDir
    this.#zooKeeper = zooKeeper
  }

  /** 'host:port[,..]' of all brokers, whether they are up or not. */
  get connectionString() {
    return this.brokers.map(({ address }) => address).join()
  }

  /**
   * @param {string} name
   * @param {object} [options]
   * @param {number} [options.partitions] (1)
   * @param {number} [options.replicationFactor] (as many as there are brokers)
   * @param {Record<string, string | number | boolean>} [options.config] topic configuration
   * @returns {Promise<void>} when every running broker shows the topic, with a leader for each
   *   partition
   * @throws {Error} when the topic exists already, or the broker refuses it
   */
  async createTopic(name, options = {}) {
    const { partitions: count = 1, replicationFactor, config = {} } = options
    const topic = { partitions: count, replicationFactor, config }
    await createTopic(this.#runningAddresses(), name, topic)
    await this.#untilAllShow(`the topic ${name} to have leaders`, ({ topics }) => {
      const partitions = topics[name] ?? []
      return partitions.length === count && partitions.every(({ leader }) => leader >= 0)
    })
  }

  /**
   * @param {string} name
   * @returns {Promise<void>} when no running broker shows the topic any more
   * @throws {Error} when there is no such topic, or the broker refuses
   */
  async deleteTopic(name) {
    await deleteTopic(this.#runningAddresses(), name)
    await this.#untilAllShow(`the topic ${name} to disappear`, ({ topics }) => !topics[name])
  }

  /**
   * @param {string} topic
   * @param {number} [partition] (0)
   * @returns {Promise<Broker | ExternalBroker | undefined>} the broker that leads the partition
   *   now, as the running brokers know it; undefined when there is none, or when KAFKA_BROKERS does
   *   not name it
   * @throws {Error} when no broker answers
   */
  async leaderOf(topic, partition = 0) {
    const { brokers, topics } = await this.#metadata()
    return this.#brokerWith(brokers, topics[topic]?.[partition]?.leader)
  }

  /**
   * @param {string} topic
   * @param {number} [partition] (0)
   * @returns {Promise<Broker | ExternalBroker | undefined>} a broker that has a replica of the
   *   partition and does not lead it; undefined as for leaderOf()
   * @throws {Error} when no broker answers
   */
  async followerOf(topic, partition = 0) {
    const { brokers, topics } = await this.#metadata()
    const { leader, replicas = [] } = topics[topic]?.[partition] ?? {}
    return this.#brokerWith(
      brokers,
      replicas.find((id) => id !== leader)
    )
  }

  #metadata() {
    return Promise.any(this.#runningAddresses().map((address) => fetchMetadata(address)))
  }

  #brokerWith(brokers, wanted) {
    const address = brokers.find(({ id }) => id === wanted)?.address
    return this.brokers.find((broker) => broker.address === address)
  }

  /**
   * @param {string} topic
   * @returns {Promise<void>} when every running broker knows a leader for each of its partitions, and
   *   all replicas to be in sync
   * @throws {Error} when that takes more than 60 s
   */
  async untilInSync(topic) {
    const isWhole = ({ leader, replicas, inSyncReplicas }) =>
      leader >= 0 && inSyncReplicas.length === replicas.length
    await this.#untilAllShow(
      `all replicas of ${topic} to be in sync`,
      ({ topics }) => topics[topic]?.every(isWhole),
      SYNC_TIMEOUT_MS
    )
  }

  /**
   * Ends all brokers at once, without ceremony, and removes their data. Brokers that KAFKA_BROKERS
   * names are left alone. A second call does nothing.
   *
   * @returns {Promise<void>} when nothing is left
   */
  async stop() {
    if (!this.#dataDir) return
    for (const entrance of this.entrances) entrance.stop()
    await Promise.all(this.brokers.map((broker) => broker.kill()))
    await this.#zooKeeper?.kill()
    await this.#dataDir.remove()
  }

  #runningAddresses() {
    return this.brokers.filter(({ isRunning }) => isRunning).map(({ address }) => address)
  }

  /**
   * @param {string} message
   * @param {(metadata: import('./metadata').Metadata) => boolean} shows
   * @param {number} [timeoutMs]
   */
  async #untilAllShow(message, shows, timeoutMs = TOPIC_TIMEOUT_MS) {
    const everyBroker = async () => {
      const answers = await Promise.all(
        this.#runningAddresses().map((address) => fetchMetadata(address))
      )
      return answers.every(shows)
    }
    await eventually(everyBroker, { timeoutMs, intervalMs: 20, message })
  }
}

module.exports = { KafkaCluster }
