'use strict'

const { openRecord, settled } = require('../harness/deepstream/verbs')

/** How many events a second each client emits. */
const RATE = 20
/** The event that the clients emit, and the record that all of them edit. */
const EVENT = 'number'
const RECORD = 'board'

/**
 * A deepstream client of one server, that emits numbered events, notes those of the others, and has the shared record open. It
 * takes its seat again when its server was started anew.
 */
class Seat {
  #cluster
  #server
  #ledger
  #flow
  #onNote
  #client
  #record
  #timer

  /**
   * @param {import('../harness/deepstream/cluster').DeepstreamCluster} cluster
   * @param {import('../harness/deepstream/server-process').ServerProcess} server
   * @param {object} owner
   * @param {import('./ledger').Ledger} owner.ledger
   * @param {(from: string, to?: string) => void} owner.flow a message leaves, or arrives
   * @param {(note: object) => void} owner.onNote the shared record has changed at this server
   */
  constructor(cluster, server, { ledger, flow, onNote }) {
    this.#cluster = cluster
    this.#server = server
    this.#ledger = ledger
    this.#flow = flow
    this.#onNote = onNote
  }

  /** @returns {boolean} whether the client is connected */
  get isTaken() {
    return this.#client !== undefined
  }

  /**
   * @param {import('../harness/deepstream/server-process').ServerProcess} [server] the one to connect to, if it is another process
   * @returns {Promise<void>} when the client is connected and emits
   */
  async take(server = this.#server) {
    this.#server = server
    const { name } = server
    // A paused server says nothing for long, and its client should be there when it goes on.
    const client = await this.#cluster.connect(server, { heartbeatInterval: 600000 })
    client.event.subscribe(EVENT, ({ from, ...message }) => {
      // Some versions of the client hand its own events to it.
      if (from === name) return
      this.#flow(from, name)
      this.#ledger.arrive(from, name, message, performance.now())
    })
    this.#record = await openRecord(client, RECORD)
    // Whoever wrote at the same time and was later keeps the other's text, so that all show the same.
    this.#record.setMergeStrategy((_record, data, _version, done) => done(null, data))
    this.#record.subscribe('note', (note) => note && this.#onNote(note), true)
    await settled(client)
    this.#client = client
    this.#ledger.join(name)
    this.#timer = setInterval(() => this.#emit(name), 1000 / RATE)
  }

  /** Its server is gone. */
  leave() {
    if (!this.#client) return
    clearInterval(this.#timer)
    this.#ledger.leave(this.#server.name, performance.now())
    const client = this.#client
    this.#client = this.#record = undefined
    this.#cluster.disconnect(client)
  }

  /** @param {{text: string, by: string}} note for the shared record */
  write(note) {
    this.#record?.set('note', note)
  }

  #emit(name) {
    this.#client.event.emit(EVENT, { from: name, ...this.#ledger.send(name) })
    this.#flow(name)
  }
}

module.exports = { Seat }
