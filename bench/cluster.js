'use strict'

const { Participant } = require('./participant')
const { node, program } = require('./participant/process')

/** How long after the last message a doubled one is waited for. */
const AFTERMATH_MS = 500

const CONNECT_TIMEOUT_MS = 30000
const RUN_TIMEOUT_MS = 300000

/**
 * Nodes on one bus, each in a process of its own, all freshly started. Like a deepstream server,
 * each of them subscribes to everything that it sends.
 */
class Cluster {
  /**
   * @param {object} bus
   * @param {object} address what its server listens on
   * @param {string} channel name of the Kafka topic, for buses that need one
   * @param {object} settings
   * @param {string[]} roles the name of each node, for messages to the user
   */
  constructor(bus, address, channel, settings, roles) {
    const { properties, packages, cpuProf } = settings
    this.bus = bus
    this.target = { bus: bus.name, address, channel, properties, packages }
    this.settings = settings
    const execArgv = cpuProf ? ['--cpu-prof', `--cpu-prof-dir=${cpuProf}/${bus.name}`] : []
    const start = () => (bus.program ? program(bus.program()) : node(execArgv))
    this.nodes = roles.map((role) => new Participant(role, start()))
  }

  /**
   * Connects one after the other, subscribes, and waits until messages go through from each node to
   * each other.
   *
   * @returns {Promise<{loadMs: number, readyMs: number}[]>} by node
   */
  async connect() {
    try {
      const times = []
      for (const node of this.nodes) {
        times.push(await node.ask('connect', this.target, CONNECT_TIMEOUT_MS))
      }
      for (const node of this.nodes) {
        const firsts = this.sendersTo(node).map(({ numbers }) => numbers.first)
        await node.ask('listen', { firsts, topics: this.settings.topics })
      }
      await this.catchUp()
      return times
    } catch (error) {
      throw await this.explained(error)
    }
  }

  /**
   * Waits until every node has answered every other one. Behind a run of messages this tells that
   * all nodes have read all of them, each its own as well, which no callback tells.
   */
  async catchUp() {
    const others = this.nodes.length - 1
    for (const node of this.nodes) await node.ask('greet', { others }, CONNECT_TIMEOUT_MS)
  }

  /** @returns {Participant[]} the nodes that send numbered messages */
  get senders() {
    return this.nodes
  }

  /**
   * @param {Participant} node
   * @returns {Participant[]} those whose messages it receives
   */
  sendersTo(node) {
    return this.senders.filter((sender) => sender !== node)
  }

  /**
   * All senders send one run of messages, and all that are to receive them wait for them.
   *
   * @param {'flood'|'pace'} manner
   * @param {object} run `count` for each sender, and what the manner and Receiver.expect() take
   * @returns {Promise<object[]>} by node: the results of sending and of receiving, as far as it does
   *   either, and `cpuMicros` of its process from before the first message until it has read
   *   them all
   */
  async send(manner, run) {
    const before = await this.usage()
    let results
    try {
      results = await this.exchange(manner, run)
      await this.catchUp()
    } catch (error) {
      throw await this.explained(error)
    }
    const after = await this.usage()
    return results.map((result, index) => {
      const cpuMicros = after[index].cpuMicros - before[index].cpuMicros
      return { ...result, cpuMicros }
    })
  }

  async exchange(manner, run) {
    const { senders, nodes } = this
    const receivers = nodes.filter((node) => this.sendersTo(node).length > 0)
    const askEach = (asked, call, argumentFor) =>
      new Map(asked.map((node) => [node, node.ask(call, argumentFor(node), RUN_TIMEOUT_MS)]))

    const firsts = new Map(senders.map((sender) => [sender, sender.numbers.take(run.count)]))
    const timeoutMs = this.settings.deliveryTimeoutMs
    const expected = (node) => {
      const ofSenders = this.sendersTo(node).map((sender) => firsts.get(sender))
      return { ...run, firsts: ofSenders, timeoutMs }
    }
    await Promise.all(askEach(receivers, 'expect', expected).values())

    const arrived = askEach(receivers, 'arrived', () => null)
    const sent = askEach(senders, manner, (sender) => ({ ...run, first: firsts.get(sender) }))
    const limited = Promise.all(sent.values()).then(() =>
      Promise.all(askEach(receivers, 'sent', () => null).values())
    )
    const results = nodes.map(async (node) => {
      const [ofSending, ofReceiving] = await Promise.all([sent.get(node), arrived.get(node)])
      return { ...ofSending, ...ofReceiving }
    })
    await Promise.all([limited, ...results])
    return Promise.all(results)
  }

  /** @returns {Promise<{cpuMicros: number, atMs: number}[]>} by node */
  usage() {
    return Promise.all(this.nodes.map((node) => node.ask('usage')))
  }

  /** @returns {Promise<object[]>} by node: the counters of its connector, for buses that have them */
  traffic() {
    return Promise.all(this.nodes.map((node) => node.ask('traffic')))
  }

  /**
   * Checks the whole conversation so far: all that was sent arrived once and in order at all others.
   *
   * @returns {Promise<{faults: string[], warnings: string[], received: number}>} `received` by all
   */
  async verdict() {
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH_MS))
    const faults = []
    let received = 0
    for (const node of this.nodes) {
      const tally = await node.ask('tally')
      const senders = this.sendersTo(node)
      const expected = senders.reduce((sum, { numbers }) => sum + numbers.taken, 0)
      faults.push(...faultsOf(tally, expected).map((fault) => `${node.role}: ${fault}`))
      received += tally.received
    }
    return { faults, warnings: await this.warnings(), received }
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
    for (const node of this.nodes) {
      const errors = await node.ask('listErrors').catch(() => [])
      if (errors.length === 0) continue
      warnings.push(`${errors.length} 'error' events in the ${node.role}: ${errors[0]}`)
    }
    return warnings
  }

  async stop() {
    await Promise.all(this.nodes.map((node) => node.stop()))
  }
}

/**
 * @param {object} tally what a node received, see Receiver.result()
 * @param {number} expected how many messages
 * @returns {string[]} what is wrong with it
 */
function faultsOf({ received, repeated, damaged, unexpected, fault }, expected) {
  const faults = []
  if (received !== expected) faults.push(`received ${received} of ${expected}`)
  if (repeated) faults.push(`${repeated} repeated or late`)
  if (damaged) faults.push(`${damaged} damaged`)
  if (unexpected) faults.push(`${unexpected} not for this node`)
  if (fault) faults.push(`first fault: ${fault}`)
  return faults
}

module.exports = { Cluster }
