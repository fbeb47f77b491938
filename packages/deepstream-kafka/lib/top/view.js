'use strict'

const { quantile } = require('../quantile')
const { topicOf } = require('../messages')
const { eachEntry } = require('../tail/entries')
const { Filter } = require('../tail/filter')
const { clocks } = require('./clocks')
const { Node } = require('./node')

/** After so much silence a node is not shown any more. */
const GONE_MS = 60000

/** On it deepstream 3 and before says the name of the server, which is not its id on the bus there. */
const LEGACY_STATUS = 'CL'
const STATUS = new Filter({ action: ['STATUS'], deepstreamTopic: ['CLUSTER'] })

/** What the records that are read tell of a bus. Pure: the time is passed in. */
class View {
  /** @type {Map<string, Node>} */
  #nodes = new Map()
  /** Messages by the name of their topic, since they were taken. */
  #topics = new Map()
  /** Of each record since they were taken, in milliseconds. */
  #delays = []
  #takenAt
  #skipped = 0
  #unreadable = 0

  /** @param {number} now in milliseconds since 1970 */
  constructor(now) {
    this.#takenAt = now
  }

  /**
   * @param {object} record of a Tap
   * @param {number} now in milliseconds since 1970
   */
  note(record, now) {
    if (record.problem !== undefined) {
      this.#unreadable++
      return
    }
    const node = this.#nodes.get(record.sender) ?? new Node(record.sender)
    this.#nodes.set(record.sender, node)
    let messages = 0
    for (const [channel, count] of record.runs) {
      const { topic } = topicOf(channel)
      this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + count)
      messages += count
    }
    node.note(record, messages, now)
    this.#delays.push(now - record.timestamp)
    if (record.runs.some(([channel]) => channel === LEGACY_STATUS))
      eachEntry(record, STATUS, ({ decoded }) => (node.name = decoded.name))
  }

  /** @param {number} messages that were not read */
  skip(messages) {
    this.#skipped += messages
    for (const node of this.#nodes.values()) node.forgetNumbers()
  }

  /**
   * @param {number} now in milliseconds since 1970
   * @returns {object} what happened since it was asked the last time; docs of the command describe it
   */
  take(now) {
    const seconds = Math.max(1, now - this.#takenAt) / 1000
    for (const [sender, { lastSeen }] of this.#nodes)
      if (now - lastSeen > GONE_MS) this.#nodes.delete(sender)
    const taken = [...this.#nodes.values()].map((node) => node.take(now, seconds))
    const nodes = taken.map(({ view }) => view)
    const sum = (name) => nodes.reduce((total, node) => total + node[name], 0)
    const messages = [...this.#topics.values()].reduce((total, count) => total + count, 0)
    const topics = [...this.#topics].map(([topic, count]) => ({
      topic,
      messagesPerSecond: count / seconds,
      share: count / messages
    }))
    const delays = this.#delays.sort((a, b) => a - b)
    const view = {
      time: new Date(now).toISOString(),
      seconds,
      messagesPerSecond: sum('messagesPerSecond'),
      bytesPerSecond: sum('bytesPerSecond'),
      delayMs:
        delays.length > 0 ? { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) } : null,
      clocks: clocks(taken.map(({ view, fastestMs }) => ({ sender: view.sender, fastestMs }))),
      nodes: nodes.sort((a, b) => b.messagesPerSecond - a.messagesPerSecond || compare(a, b)),
      topics: topics.sort((a, b) => b.messagesPerSecond - a.messagesPerSecond),
      skipped: this.#skipped,
      unreadable: this.#unreadable
    }
    ;[this.#takenAt, this.#topics, this.#delays] = [now, new Map(), []]
    return view
  }
}

function compare(a, b) {
  return a.sender < b.sender ? -1 : 1
}

module.exports = { View }
