'use strict'

/** Servers say something every 5 s by default. */
const SINCE_MS = 20000
const LISTEN_MS = 6000
/** How long connecting may take. */
const PATIENCE_MS = 12000
/** What is read later after connecting was written now, not before. */
const CATCH_UP_MS = 1000

/** On which deepstream's servers say that they are alive, and how. */
const STATUS = {
  CL: { generation: 'legacy', nameOf: ({ action, data }) => action === 'ST' && data[0].serverName },
  9: { generation: 'modern', nameOf: ({ action, serverName }) => action === 2 && serverName }
}

/**
 * What somebody said on the bus.
 *
 * @typedef {object} Server
 * @property {string} sender its id on the bus
 * @property {string} [name] deepstream's, if it said so
 * @property {string[]} hosts machine and process, where they were told
 * @property {number} messages
 * @property {number} lastSeen by the clock of this machine, in milliseconds since 1970
 * @property {number} [skewMs] how far its time stamps are behind the clock of this machine; negative if they are ahead
 */

/** Keeps what matters of the records that are read. Pure: the time is passed in. */
class Hearing {
  #servers = new Map()
  /** By the name of somebody who should be there once: who it is now, who it was before, and how often it changed back. */
  #identities = new Map()
  #invalid = { count: 0, place: undefined }
  #newer = new Set()
  #generations = new Set()
  #readyAt = Infinity

  /** Connected at this time. */
  ready(now) {
    this.#readyAt = now
  }

  /** @param {object} record of a Tap */
  note(record, now) {
    const { problem, sender, life, timestamp } = record
    if (problem === 'invalid') return this.#noteForeign(record)
    if (problem === 'newer') return this.#newer.add(sender)
    const server = this.#servers.get(sender) ?? { sender, hosts: [], messages: 0, lastSeen: 0 }
    this.#servers.set(sender, server)
    if (record.host && !server.hosts.includes(record.host)) server.hosts.push(record.host)
    server.messages += record.runs.reduce((sum, [, count]) => sum + count, 0)
    const isLive = now - this.#readyAt > CATCH_UP_MS
    server.lastSeen = Math.max(server.lastSeen, isLive ? now : Math.min(timestamp, now))
    const skewMs = now - timestamp
    if (isLive || skewMs < 0) server.skewMs = Math.min(server.skewMs ?? Infinity, skewMs)
    this.#identify(sender, life)
    for (const { generation, name } of statusesOf(record)) {
      server.name = name
      this.#generations.add(generation)
      if (name !== sender) this.#identify(name, sender)
    }
  }

  /** @param {string[]} own senders to leave out */
  summary(own = []) {
    const servers = [...this.#servers.values()].filter(({ sender }) => !own.includes(sender))
    const doubles = [...this.#identities]
      .filter(([, { returns }]) => returns >= 2)
      .map(([name, { known }]) => ({ name, hosts: this.#hostsOf(name, known) }))
    return {
      servers,
      doubles,
      invalid: this.#invalid,
      newer: [...this.#newer],
      generations: [...this.#generations]
    }
  }

  #noteForeign({ partition, offset }) {
    this.#invalid.count++
    this.#invalid.place ??= { partition, offset }
  }

  /** One that is started again has another life, and the one before never returns. */
  #identify(name, who) {
    const identity = this.#identities.get(name) ?? { current: who, known: new Set(), returns: 0 }
    this.#identities.set(name, identity)
    if (who !== identity.current && identity.known.has(who)) identity.returns++
    identity.current = who
    identity.known.add(who)
  }

  #hostsOf(name, known) {
    return [name, ...known].flatMap((sender) => this.#servers.get(sender)?.hosts ?? [])
  }
}

function* statusesOf({ runs, value }) {
  if (!runs.some(([channel]) => channel in STATUS)) return
  const lines = value.split('\n')
  let next = 0
  for (const [channel, count] of runs) {
    const texts = lines.slice(next, (next += count))
    const status = STATUS[channel]
    if (!status) continue
    for (const text of texts) {
      const name = nameIn(text, status)
      if (typeof name === 'string') yield { generation: status.generation, name }
    }
  }
}

function nameIn(text, { nameOf }) {
  try {
    return nameOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

/**
 * Listens to the topic for some seconds, and to what was said in the seconds before.
 *
 * @param {typeof import('deepstream.io-msg-kafka/tools').Tap} Tap
 * @param {object} options checked ones
 * @returns {Promise<{ hearing: Hearing, isReady: boolean, skipped: number, trouble?: Error }>}
 */
async function listen(Tap, options) {
  const hearing = new Hearing()
  const heard = { hearing, isReady: false, skipped: 0, trouble: undefined }
  const tap = new Tap(options, { since: Date.now() - SINCE_MS })
  tap.on('records', (records) => {
    for (const record of records) hearing.note(record, Date.now())
  })
  tap.on('skipped', (messages) => (heard.skipped += messages))
  for (const name of ['warning', 'error']) tap.on(name, (error) => (heard.trouble ??= error))
  await new Promise((resolve) => {
    const late = setTimeout(resolve, PATIENCE_MS)
    tap.once('ready', () => {
      clearTimeout(late)
      heard.isReady = true
      hearing.ready(Date.now())
      setTimeout(resolve, LISTEN_MS)
    })
  })
  await tap.close()
  return heard
}

module.exports = { Hearing, listen }
