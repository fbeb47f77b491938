'use strict'

const { EventEmitter } = require('node:events')
const { Actor } = require('./actor')
const { Ledger } = require('./ledger')
const { Seat } = require('./seat')

/** How often it is looked which broker leads the partition. */
const LEADER_MS = 500
/** So many lines of what happened are kept. */
const HISTORY = 50

/**
 * What the page shows: servers with a client each that exchange numbered messages and share a record, the brokers between them, and
 * what is done to them.
 *
 * Events: `note` with the name of a server and the shared note, as that server has it now.
 */
class Stage extends EventEmitter {
  #cluster
  #kafka
  #topic
  #ledger = new Ledger()
  #seats
  /** Undefined while nobody leads the partition, or nobody answers. */
  #leader
  /** Who did last. */
  #lastLeader
  #timer
  #history = []
  #notes = new Map()
  #flows = new Map()
  #isOpen = false

  /**
   * @param {import('../harness/deepstream/bus').Bus} bus
   * @param {import('../harness/deepstream/cluster').DeepstreamCluster} cluster
   * @param {string} topic the Kafka topic
   */
  constructor(bus, cluster, topic) {
    super()
    this.setMaxListeners(0)
    this.title = bus.title
    this.#cluster = cluster
    this.#kafka = bus.kafka
    this.#topic = topic
    this.#seats = cluster.servers.map((server) => this.#seatAt(server))
    /** @type {Actor[]} */
    this.servers = cluster.servers.map((server, at) => new Actor(server.name, this.#actsOf(at)))
    /** @type {Actor[]} the embedded broker is a part of this process, to which nothing can be done */
    this.brokers = this.#kafka
      ? this.#kafka.brokers.map((broker) => actorOf(broker))
      : [new Actor('embedded broker')]
  }

  #seatAt(server) {
    const { name } = server
    return new Seat(this.#cluster, server, {
      ledger: this.#ledger,
      flow: (from, to) => {
        const way = to === undefined ? from : `${from}\n${to}`
        this.#flows.set(way, (this.#flows.get(way) ?? 0) + 1)
      },
      onNote: (note) => {
        this.#notes.set(name, note)
        this.emit('note', name, note)
      }
    })
  }

  #actsOf(at) {
    const server = () => this.#cluster.servers[at]
    const start = async () => this.#seats[at].take(await this.#cluster.replace(server()))
    return {
      kill: async () => {
        await server().kill()
        this.#seats[at].leave()
      },
      pause: () => server().pause(),
      resume: () => server().resume(),
      start,
      restart: async () => {
        this.#seats[at].leave()
        await server().stop()
        await start()
      }
    }
  }

  /** @returns {Promise<void>} when the clients exchange messages */
  async open() {
    this.#isOpen = true
    for (const seat of this.#seats) await seat.take()
    this.#ledger.forgetSilence(performance.now())
    this.#watchLeader()
  }

  /** What is paused goes on, so that it can be stopped in order. */
  async close() {
    this.#isOpen = false
    clearTimeout(this.#timer)
    for (const actor of [...this.servers, ...this.brokers])
      if (actor.state === 'paused') await actor.do('resume')
    for (const seat of this.#seats) seat.leave()
  }

  /** @returns {boolean} whether this server's end is what somebody wanted */
  isKilled(name) {
    return this.servers.some((server) => server.name === name && server.state !== 'up')
  }

  /**
   * @param {string} name of a server or a broker
   * @param {string} act
   * @throws {Error} when there is none, it cannot be done now, or fails
   */
  async do(name, act) {
    const actor = [...this.servers, ...this.brokers].find((each) => each.name === name)
    if (!actor) throw new Error(`There is no ${name}`)
    const isLeader = actor.name === this.#leader
    const done = actor.do(act)
    this.#ledger.forgetSilence(performance.now())
    this.#note(`${DONE[act]} ${name}${isLeader ? ', the leader of the partition' : ''}`)
    await done
    if (act === 'start' || act === 'restart') this.#note(`${name} is up again`)
  }

  #note(text) {
    this.#history.unshift({ at: Date.now(), text })
    this.#history.length = Math.min(this.#history.length, HISTORY)
  }

  /**
   * @param {string} name of the server at which the shared note is written
   * @throws {Error} when it is away
   */
  write(name, text) {
    const at = this.servers.findIndex((server) => server.name === name)
    if (!this.#seats[at]?.isTaken) throw new Error(`${name} is away`)
    this.#seats[at].write({ text: String(text).slice(0, 2000), by: name })
  }

  /** @returns {{text: string, by: string} | undefined} the shared note as this server has it */
  noteAt(name) {
    return this.#notes.get(name)
  }

  /** @returns {object} how everything stands now */
  view() {
    const stateOf = ({ name, state, choices }) => ({ name, state, choices })
    const isSpeaking = (name) =>
      this.servers.some((server) => server.name === name && server.state === 'up')
    return {
      title: this.title,
      servers: this.servers.map(stateOf),
      brokers: this.brokers.map((broker) => ({
        ...stateOf(broker),
        isLeader: !this.#kafka || broker.name === this.#leader,
        hint: this.#kafka ? undefined : EMBEDDED
      })),
      counts: this.#ledger.view(performance.now(), isSpeaking),
      history: this.#history
    }
  }

  /** @returns {{from: string, to?: string, count: number}[]} what left and arrived since the last call */
  takeFlows() {
    const flows = [...this.#flows].map(([way, count]) => {
      const [from, to] = way.split('\n')
      return { from, to, count }
    })
    this.#flows.clear()
    return flows
  }

  async #watchLeader() {
    const leader = await this.#kafka?.leaderOf(this.#topic).catch(() => undefined)
    const name = leader && nameOf(leader)
    if (name) {
      if (this.#lastLeader && name !== this.#lastLeader)
        this.#note(`${name} leads the partition now`)
      this.#lastLeader = name
    }
    this.#leader = name
    if (this.#isOpen && this.#kafka)
      this.#timer = setTimeout(() => this.#watchLeader(), LEADER_MS).unref()
  }
}

const EMBEDDED =
  'It is a part of the demo. KAFKA=real make demo starts three real ones, which can be killed.'
const DONE = {
  kill: 'kill -9 of',
  pause: 'paused',
  resume: 'resumed',
  start: 'starting',
  restart: 'restarting, in order,'
}

/** Brokers that the demo has not started are nobody's to kill. */
function actorOf(broker) {
  const isOurs = broker.id !== undefined
  return new Actor(
    nameOf(broker),
    isOurs && {
      kill: () => broker.kill(),
      pause: () => broker.pause(),
      resume: () => broker.resume(),
      start: () => broker.start(),
      restart: () => broker.restart()
    }
  )
}

function nameOf({ id, address }) {
  return `broker ${id ?? address}`
}

module.exports = { Stage }
