'use strict'

const { call, openRecord, settled } = require('../../../harness/deepstream/verbs')
const { factsOf } = require('../../../harness/deepstream/versions')
const { eventually } = require('../../../harness/eventually')
const { unique } = require('./fixture')

/** How often each client emits an event and changes its record, in milliseconds. */
const EVENT_MS = 20
const RECORD_MS = 200
/** How often each server is asked whom it counts to its cluster, in milliseconds. */
const WATCH_MS = 250
/** Within this time all that was sent has come, also after an outage on a busy machine, in milliseconds. */
const PATIENCE_MS = 60000

/**
 * The clients of a cluster, one for each server, in lively use of everything that needs the bus: each emits events to all others and
 * changes a record that all have open; the second provides a procedure, the third listens, and of each is seen whether it is there.
 */
class ClientTraffic {
  #cluster
  #clients
  #facts
  #event = unique('event')
  #procedure = unique('double')
  #offers = unique('offer')
  /** `[sender, receiver]`: the numbers of the events, as they came */
  #received = new Map()
  #sent
  #records
  #written
  #offered = []
  #loggedOut = []
  #views = new Set()
  #timers = []

  /** @param {import('../../../harness/deepstream/cluster').DeepstreamCluster} cluster of three */
  constructor(cluster) {
    this.#cluster = cluster
    this.#facts = factsOf(cluster.version)
  }

  /** @returns {Promise<void>} when every server knows of everything */
  async start() {
    const servers = [0, 1, 2]
    this.#clients = await Promise.all(
      servers.map((at) => this.#cluster.connect(at, {}, { username: `user-${at}` }))
    )
    this.#sent = servers.map(() => 0)
    this.#written = servers.map(() => 0)
    for (const to of servers) this.#receive(to)
    this.#provide()
    const names = servers.map(() => unique('record'))
    this.#records = await Promise.all(
      this.#clients.map((client) => Promise.all(names.map((name) => openRecord(client, name))))
    )
    await Promise.all(this.#clients.map(settled))
    await this.#everywhere(({ servers }) => servers('event', this.#event), 3)
    await this.#everywhere(({ servers }) => servers('rpc', this.#procedure), 1)
    await this.#everywhere(({ listening }) => listening(this.#pattern), 1)
    await this.works()
    for (const from of servers) {
      this.#every(EVENT_MS, () =>
        this.#clients[from].event.emit(this.#event, [from, this.#sent[from]++])
      )
      this.#every(RECORD_MS, () => this.#records[from][from].set('count', ++this.#written[from]))
    }
    this.#every(WATCH_MS, () => this.#watch())
  }

  /** Which servers were counted to the cluster, and what went away, since start(). */
  get seen() {
    const withdrawn = this.#offered.filter(({ isSubscribed }) => !isSubscribed)
    return { views: [...this.#views], withdrawn, loggedOut: this.#loggedOut }
  }

  /** @returns {Promise<void>} when an event that is emitted from now on has come to all others */
  async flows() {
    const next = [...this.#sent]
    const isThere = ([pair, numbers]) => numbers.at(-1) >= next[pair[0]]
    await this.#eventually(() => [...this.#received].every(isThere), 'events to come again')
  }

  /**
   * Uses everything once: a call, a record, a listener, and a login.
   *
   * @param {{ withListener?: boolean }} [options] a listener takes a lock, and one server, chosen by a random number, gives them all:
   *   if deepstream still counts on a dead one, that may be it
   */
  async works({ withListener = true } = {}) {
    const [first, second, third] = this.#clients
    const call42 = async () => expect(await call(first, this.#procedure, 21)).toBe(42)
    const record = async () => {
      const name = unique('record')
      const records = await Promise.all([openRecord(first, name), openRecord(third, name)])
      records[1].set('is', 'there')
      await this.#eventually(() => records[0].get('is') === 'there', 'the change of a record')
    }
    const listener = async () => {
      const name = `${this.#offers}/${this.#offered.length}`
      first.event.subscribe(name, () => {})
      const isOffered = (offer) => offer.name === name && offer.isSubscribed
      await this.#eventually(() => this.#offered.some(isOffered), 'the listener to be asked')
    }
    const login = async () => {
      const username = unique('user')
      await this.#cluster.connect(0, {}, { username })
      const online = () => new Promise((resolve) => second.presence.getAll(resolve))
      await this.#eventually(async () => (await online()).includes(username), 'a user to be seen')
    }
    await Promise.all([
      call42(),
      record(),
      ...(withListener ? [listener()] : []),
      ...(this.#facts.hasPresence ? [login()] : [])
    ])
  }

  /** Ends the traffic. */
  stop() {
    for (const timer of this.#timers.splice(0)) clearInterval(timer)
  }

  /** @returns {Promise<void>} when all that was sent has come, and only that, in order; throws if not */
  async expectComplete() {
    this.stop()
    const isComplete = ([pair, numbers]) => numbers.length >= this.#sent[pair[0]]
    await this.#eventually(() => [...this.#received].every(isComplete), 'all events').catch(
      () => {}
    )
    const expected = [...this.#received.keys()].map(([from, to]) => [
      from,
      to,
      this.#sent[from],
      'in order'
    ])
    const received = [...this.#received].map(([[from, to], numbers]) => [
      from,
      to,
      numbers.length,
      orderOf(numbers)
    ])
    expect(received).toEqual(expected)
    const counts = () =>
      this.#records.map((records) => records.map((record) => record.get('count')))
    const isEqual = () => counts().every((each) => each.join() === this.#written.join())
    await this.#eventually(isEqual, 'equal records').catch(() => {})
    expect(counts()).toEqual(this.#clients.map(() => this.#written))
  }

  #receive(to) {
    const lists = this.#clients.map((_, from) => {
      const numbers = []
      if (from !== to) this.#received.set([from, to], numbers)
      return numbers
    })
    this.#clients[to].event.subscribe(this.#event, ([from, n]) => lists[from].push(n))
  }

  #provide() {
    const [first, second, third] = this.#clients
    second.rpc.provide(this.#procedure, (number, response) => response.send(2 * number))
    third.event.listen(this.#pattern, (name, isSubscribed, response) => {
      this.#offered.push({ name, isSubscribed })
      if (isSubscribed) response.accept()
    })
    if (!this.#facts.hasPresence) return
    first.presence.subscribe((name, isLoggedIn) => {
      if (!isLoggedIn) this.#loggedOut.push(name)
    })
  }

  get #pattern() {
    return `^${this.#offers}/.*`
  }

  async #watch() {
    for (const server of this.#cluster.running) {
      const view = await server.nodes().catch(() => undefined)
      if (view) this.#views.add(view.join())
    }
  }

  async #everywhere(ask, count) {
    for (const server of this.#cluster.running) {
      const questions = {
        servers: (topic, name) => server.serversWith(topic, name),
        listening: (pattern) => server.serversListening('event', pattern)
      }
      await this.#eventually(
        async () => (await ask(questions)).length === count,
        'servers to know it'
      )
    }
  }

  #every(ms, act) {
    this.#timers.push(setInterval(act, ms))
  }

  #eventually(condition, message) {
    return eventually(condition, { timeoutMs: PATIENCE_MS, message })
  }
}

/** @returns {string} whether it is 0, 1, 2 ..., or where not */
function orderOf(numbers) {
  const at = numbers.findIndex((number, index) => number !== index)
  return at < 0 ? 'in order' : `${numbers.slice(Math.max(at - 2, 0), at + 3)} at ${at}`
}

module.exports = { ClientTraffic }
