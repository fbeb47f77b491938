'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { eventually } = require('../eventually')
const { GuardedProcess } = require('./guarded-process')
const { fetchMetadata } = require('./metadata')

/** How long a controlled shutdown may take, in milliseconds. */
const STOP_TIMEOUT_MS = 30000

/** Lines of a broker's log that an error quotes. */
const LOG_TAIL_LINES = 40

/**
 * What Kafka's own start script passes to Java; no files outside the broker's folder; a terse log
 * with times.
 */
const JVM_FLAGS = [
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-Djava.awt.headless=true',
  '-XX:-UsePerfData',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS',
  '-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig=warn'
]

/** The storage tool lives for a second: no time for the better compiler or collector to pay. */
const SHORT_JVM_FLAGS = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx128m']

/**
 * One broker process of a KafkaCluster. It keeps its ports and its data when it is stopped or
 * killed and started again, and it never outlives the process that started it.
 */
class Broker {
  /** @type {GuardedProcess | undefined} the last one */
  #process
  #paused = false
  #options

  /**
   * @param {object} options
   * @param {number} options.id node id
   * @param {number} options.port for clients, on 127.0.0.1
   * @param {string} options.folder an existing folder of its own
   * @param {string} options.properties text of server.properties
   * @param {string} options.clusterId 22 characters of base64
   * @param {string} options.java the command
   * @param {string} options.libs folder that holds Kafka's jars
   * @param {string[]} [options.classpath] folders with more classes
   * @param {string[]} options.jvmFlags in addition to the usual ones, for every Java process
   * @param {string[]} options.brokerJvmFlags likewise, for the broker alone
   * @param {number} options.heapMb limit of the Java heap
   * @param {number} options.startTimeoutMs
   */
  constructor(options) {
    this.#options = options
    /** Node id. */
    this.id = options.id
    /** 'host:port' for clients; the same for the broker's whole life. */
    this.address = `127.0.0.1:${options.port}`
    /** Path of the file that gets all that the broker logs, over all its starts. */
    this.logFile = path.join(options.folder, 'broker.log')
    /** Path of the configuration that every start reads. */
    this.propertiesFile = path.join(options.folder, 'server.properties')
    fs.writeFileSync(this.propertiesFile, options.properties)
  }

  /** Process id, or undefined while the broker is down. */
  get pid() {
    return this.#isUp() ? this.#process.pid : undefined
  }

  /** Whether the process is there and not paused. */
  get isRunning() {
    return this.#isUp() && !this.#paused
  }

  /**
   * Prepares the log folder; to be called once, before the first start.
   *
   * @returns {Promise<void>}
   * @throws {Error} when Kafka's storage tool fails; quotes its output
   */
  async format() {
    const { clusterId } = this.#options
    const config = ['--config', this.propertiesFile]
    // With '=', because an id may begin with a dash.
    const main = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, ...config]
    const tool = this.#java(SHORT_JVM_FLAGS, main)
    await tool.gone()
    if (tool.end !== 'exit code 0') throw this.#failure(`did not format its data (${tool.end})`)
  }

  /**
   * Starts the process and waits until the broker serves: it answers, knows a controller and is
   * itself admitted. After a kill, or in a larger cluster after a quick stop as well, the
   * controller admits it only when it has given up the broker's former session, up to
   * broker.session.timeout.ms (9 s) and some 2 s after that.
   *
   * @returns {Promise<void>}
   * @throws {Error} when it is up already, when its process ends, or when it does not serve in
   *   time; the last two quote the end of its log, and nothing is left running
   */
  async start() {
    if (this.#isUp()) throw new Error(`Kafka broker ${this.id} (${this.address}) is up already`)
    const { heapMb, brokerJvmFlags, startTimeoutMs } = this.#options
    const flags = [`-Xmx${heapMb}m`, ...JVM_FLAGS, ...brokerJvmFlags]
    this.#paused = false
    this.#process = this.#java(flags, ['kafka.Kafka', this.propertiesFile])
    await this.#untilServing(startTimeoutMs)
  }

  /**
   * Controlled shutdown (SIGTERM): leadership goes to other brokers first. A broker that is paused
   * is resumed.
   *
   * @returns {Promise<void>} when the process is gone; at once if it was
   * @throws {Error} when that takes more than 30 s, as for a broker whose cluster has lost its
   *   quorum; it is then killed
   */
  async stop() {
    if (!this.#isUp()) return
    if (this.#paused) this.resume()
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.#process.signal('SIGKILL')
    }, STOP_TIMEOUT_MS)
    this.#process.signal('SIGTERM')
    await this.#process.gone()
    clearTimeout(timer)
    if (isLate) throw this.#failure(`did not stop within ${STOP_TIMEOUT_MS} ms and was killed`)
  }

  /**
   * Ends the process with SIGKILL, as a crash would.
   *
   * @returns {Promise<void>} when the process is gone; at once if it was
   */
  async kill() {
    if (!this.#isUp()) return
    this.#process.signal('SIGKILL')
    await this.#process.gone()
  }

  /**
   * Freezes the process (SIGSTOP): its connections stay open and nothing answers.
   *
   * @throws {Error} when the broker is down
   */
  pause() {
    this.#assertUp()
    this.#process.signal('SIGSTOP')
    this.#paused = true
  }

  /**
   * Lets a paused process go on (SIGCONT).
   *
   * @throws {Error} when the broker is down
   */
  resume() {
    this.#assertUp()
    this.#process.signal('SIGCONT')
    this.#paused = false
  }

  /**
   * Controlled shutdown, then a start on the same ports and data.
   *
   * @returns {Promise<void>} when the broker serves again
   * @throws {Error} as stop() and start() do
   */
  async restart() {
    await this.stop()
    await this.start()
  }

  #isUp() {
    return this.#process?.isAlive === true
  }

  #assertUp() {
    if (!this.#isUp()) throw new Error(`Kafka broker ${this.id} (${this.address}) is not up`)
  }

  /**
   * @param {string[]} flags for Java
   * @param {string[]} main a class and its arguments
   */
  #java(flags, main) {
    const { java, jvmFlags, libs, classpath = [] } = this.#options
    // Compression libraries unpack themselves into the temporary folder, and a killed JVM leaves
    // them there.
    const tmpDir = `-Djava.io.tmpdir=${path.dirname(this.logFile)}`
    const args = [
      ...flags,
      ...jvmFlags,
      tmpDir,
      '-cp',
      [path.join(libs, '*'), ...classpath].join(path.delimiter),
      ...main
    ]
    return new GuardedProcess(java, args, this.logFile)
  }

  /** @param {number} timeoutMs */
  async #untilServing(timeoutMs) {
    const serves = async () => {
      if (!this.#isUp()) return 'down'
      const { controllerId, brokers } = await fetchMetadata(this.address)
      return controllerId >= 0 && brokers.some(({ id }) => id === this.id) && 'serving'
    }
    let state
    try {
      state = await eventually(serves, {
        timeoutMs,
        intervalMs: 50,
        message: 'the broker to serve'
      })
    } catch (cause) {
      await this.kill()
      throw this.#failure(`did not serve within ${timeoutMs} ms`, cause)
    }
    if (state === 'down') throw this.#failure(`ended (${this.#process.end}) before it served`)
  }

  /**
   * @param {string} what
   * @param {Error} [cause]
   */
  #failure(what, cause) {
    const lines = fs.readFileSync(this.logFile, 'utf8').trimEnd().split('\n')
    const tail = lines.slice(-LOG_TAIL_LINES).join('\n')
    return new Error(
      `Kafka broker ${this.id} (${this.address}) ${what}. The end of its log:\n${tail}`,
      { cause }
    )
  }
}

module.exports = { Broker }
