'use strict'

const { nowMs } = require('./clock')
const { Receiver } = require('./receiver')
const { answerPings, Pinger } = require('./round-trip')
const { flood, pace } = require('./sender')
const buses = require('../buses')

/**
 * What the parent process may ask of a participant, one method per call. A participant holds one
 * connector, which sends or receives only when asked to.
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
   * Makes this participant the receiver.
   *
   * @param {{first: number}} numbered the number of the first message to come
   */
  listen({ first }) {
    this.receiver = new Receiver(this.connector, first)
    answerPings(this.connector)
  }

  /** Makes this participant the sender; resolves when a message has gone to and fro. */
  greet() {
    this.pinger = new Pinger(this.connector)
    return this.pinger.probe()
  }

  expect(run) {
    return this.receiver.expect(run)
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
   * @returns {{cpuMicros: number, atMs: number}} CPU time of all threads of this process, and now
   */
  usage() {
    const { user, system } = process.cpuUsage()
    return { cpuMicros: user + system, atMs: nowMs() }
  }

  /** @returns {object} what has arrived in all, and how: see Tally.result() */
  tally() {
    return this.receiver.tally.result()
  }

  /** @returns {string[]} */
  listErrors() {
    return this.errors
  }
}

module.exports = { Calls }
