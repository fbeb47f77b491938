'use strict'

const { LOWEST_NUMBER, eventMessage } = require('../event-message')
const { nowMs } = require('./clock')
const { Receiver } = require('./receiver')
const { Pinger } = require('./round-trip')
const { flood, pace } = require('./sender')
const buses = require('../buses')

/**
 * What the parent process may ask of a participant, one method per call. A participant holds one
 * connector, which subscribes and sends only when asked to.
 */
class Calls {
  constructor() {
    this.connector = null
    this.receiver = null
    this.pinger = null
    /** What the connector emitted as 'error'. */
    this.errors = []
  }

  /**
   * Loads the connector and connects it.
   *
   * @param {{bus: string, address: object, channel: string, properties: object, packages: object}}
   *   target the bus as buses.named() takes it, and where it connects to
   * @returns {Promise<{loadMs: number, readyMs: number}>} the time of the require(), and that from
   *   the construction to 'ready'
   */
  async connect({ bus, address, channel, properties, packages }) {
    const startedAt = nowMs()
    const create = buses.named(bus, { properties, packages }).load()
    const loadedAt = nowMs()
    this.connector = create(address, channel)
    this.connector.on('error', (error) => this.errors.push(String(error)))
    await new Promise((resolve) => this.connector.once('ready', resolve))
    return { loadMs: loadedAt - startedAt, readyMs: nowMs() - loadedAt }
  }

  /**
   * Subscribes to everything that this participant or another one may send.
   *
   * @param {{firsts: number[], topics?: number}} numbered of each other sender, the number of its first
   *   message; and to how many deepstream topics to subscribe besides
   */
  listen({ firsts, topics }) {
    this.receiver = new Receiver(this.connector, firsts, topics)
    this.pinger = new Pinger(this.connector)
  }

  /**
   * @param {{others: number}} cluster how many other participants are listening
   * @returns {Promise<void>} until a message has gone to and fro between this one and all of them
   */
  greet({ others }) {
    return this.pinger.probe(others)
  }

  expect(run) {
    this.receiver.expect(run)
  }

  arrived() {
    return this.receiver.arrived
  }

  sent() {
    this.receiver.sent()
  }

  flood(run) {
    return flood(this.connector, run)
  }

  pace(run) {
    return pace(this.connector, run)
  }

  roundTrips({ count }) {
    return this.pinger.measure(count)
  }

  /**
   * @param {{count: number, perTick: number}} run
   * @returns {{stringifyMicros: number, parseMicros: number}} CPU time of JSON alone for each
   *   message, whatever the bus: written one by one, and read as an array of those of a tick
   */
  json({ count, perTick }) {
    const cpu = () => this.usage().cpuMicros
    let stringifyMicros = 0
    let parseMicros = 0
    for (let from = LOWEST_NUMBER; from < LOWEST_NUMBER + count; from += perTick) {
      const messages = Array.from({ length: perTick }, (_, index) => eventMessage(from + index))
      const started = cpu()
      const texts = messages.map((message) => JSON.stringify(message))
      const written = cpu()
      const joined = `[${texts.join(',')}]`
      const ready = cpu()
      JSON.parse(joined)
      stringifyMicros += written - started
      parseMicros += cpu() - ready
    }
    return { stringifyMicros: stringifyMicros / count, parseMicros: parseMicros / count }
  }

  /**
   * @returns {{cpuMicros: number, atMs: number}} CPU time of all threads of this process, and now
   */
  usage() {
    const { user, system } = process.cpuUsage()
    return { cpuMicros: user + system, atMs: nowMs() }
  }

  /** @returns {object} the counters of a connector of this package */
  traffic() {
    return this.connector.stats()
  }

  /** @returns {object} what has arrived in all, and how: see Receiver.result() */
  tally() {
    return this.receiver.result()
  }

  /** @returns {string[]} */
  listErrors() {
    return this.errors
  }
}

module.exports = { Calls }
