'use strict'

const { LOWEST_NUMBER } = require('./event-message')
const { Participant } = require('./participant')

/** Each pair numbers its messages from a start of its own, so that a replayed one is noticed. */
const NUMBERS_PER_PAIR = 1e7

/** How long after the last message a doubled one is waited for. */
const AFTERMATH_MS = 500

const CONNECT_TIMEOUT_MS = 30000

let pairs = 0

/**
 * A sender and a receiver on one bus, each in a process of its own, both freshly started.
 */
class Pair {
  /**
   * @param {object} bus
   * @param {object} address what its server listens on
   * @param {string} channel name of the Kafka topic, for buses that need one
   * @param {object} settings
   */
  constructor(bus, address, channel, settings) {
    this.bus = bus
    const { properties, packages } = settings
    this.target = { bus: bus.name, address, channel, properties, packages }
    this.settings = settings
    this.first = LOWEST_NUMBER + pairs++ * NUMBERS_PER_PAIR
    this.next = this.first
    const execArgv = settings.cpuProf
      ? ['--cpu-prof', `--cpu-prof-dir=${settings.cpuProf}/${bus.name}`]
      : []
    this.receiver = new Participant('receiver', execArgv)
    this.sender = new Participant('sender', execArgv)
  }

  /**
   * Connects one after the other, subscribes, and waits until messages go through.
   *
   * @returns {Promise<{loadMs: number, readyMs: number}[]>} of both participants
   */
  async connect() {
    try {
      const times = [
        await this.receiver.ask('connect', this.target, CONNECT_TIMEOUT_MS),
        await this.sender.ask('connect', this.target, CONNECT_TIMEOUT_MS)
      ]
      await this.receiver.ask('listen', { first: this.first })
      await this.sender.ask('greet', null, CONNECT_TIMEOUT_MS)
      return times
    } catch (error) {
      throw await this.explained(error)
    }
  }

  /**
   * Sends one run of messages and waits for them.
   *
   * @param {'flood'|'pace'} manner
   * @param {object} run `count`, and what the manner and Receiver.expect() take
   * @returns {Promise<object>} the results of both sides, and the CPU microseconds of both
   *   processes from before the first message to after the last
   */
  async send(manner, run) {
    const numbered = { first: this.next, timeoutMs: this.settings.deliveryTimeoutMs, ...run }
    this.next += run.count
    const before = await this.usage()
    const received = this.receiver.ask('expect', numbered, 300000)
    const sent = this.sender.ask(manner, numbered, 300000)
    const sending = sent.then(() => this.receiver.ask('sent'))
    try {
      await Promise.all([sending, received])
    } catch (error) {
      throw await this.explained(error)
    }
    const after = await this.usage()
    return {
      ...(await sent),
      ...(await received),
      senderCpuMicros: after.sender.cpuMicros - before.sender.cpuMicros,
      receiverCpuMicros: after.receiver.cpuMicros - before.receiver.cpuMicros
    }
  }

  async usage() {
    const [sender, receiver] = await Promise.all([
      this.sender.ask('usage'),
      this.receiver.ask('usage')
    ])
    return { sender, receiver }
  }

  /**
   * Checks the whole conversation so far: all that was sent arrived once and in order.
   *
   * @returns {Promise<{faults: string[], warnings: string[], received: number}>}
   */
  async verdict() {
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS))
    const tally = await this.receiver.ask('tally')
    const expected = this.next - this.first
    const faults = []
    if (tally.received !== expected) faults.push(`received ${tally.received} of ${expected}`)
    if (tally.repeated) faults.push(`${tally.repeated} repeated or late`)
    if (tally.damaged) faults.push(`${tally.damaged} damaged`)
    if (tally.fault) faults.push(`first fault: ${tally.fault}`)
    return { faults, warnings: await this.warnings(), received: tally.received }
  }

  /**
   * @param {Error} error
   * @returns {Promise<Error>} the same with the name of the bus and what its connectors said
   */
  async explained(error) {
    const lines = [`${this.bus.name}: ${error.message}`, ...(await this.warnings())]
    return new Error(lines.join('\n  '), { cause: error })
  }

  /**
   * @returns {Promise<string[]>} what the connectors emitted as 'error'
   */
  async warnings() {
    const warnings = []
    for (const participant of [this.sender, this.receiver]) {
      const errors = await participant.ask('listErrors').catch(() => [])
      if (errors.length === 0) continue
      warnings.push(`${errors.length} 'error' events in the ${participant.role}: ${errors[0]}`)
    }
    return warnings
  }

  async stop() {
    await Promise.all([this.sender.stop(), this.receiver.stop()])
  }
}

module.exports = { Pair }
