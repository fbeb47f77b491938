'use strict'

const { randomUUID } = require('node:crypto')
const MessageConnector = require('../..')
const { eventually } = require('../../harness/eventually')

/** Longer than any wait of a healthy bus on a busy machine. */
const PATIENCE_MS = 10000

/** The nodes of one deepstream cluster, on a Kafka topic of its own. */
class Nodes {
  #nodes = []
  #errors = []

  /** @param {string} connectionString */
  constructor(connectionString) {
    this.connectionString = connectionString
    /** The Kafka topic. */
    this.topic = unique('topic')
  }

  /**
   * @param {object} [options] of the connector, in addition to connectionString, topic, and clientId
   * @returns {MessageConnector} not ready yet
   */
  create(options = {}) {
    const { connectionString, topic } = this
    const clientId = unique('node')
    const node = new MessageConnector({ connectionString, topic, clientId, ...options })
    this.#nodes.push(node)
    node.on('error', (error) => this.#errors.push(error))
    return node
  }

  /**
   * @param {number} count
   * @param {object} [options] of each connector
   * @returns {Promise<MessageConnector[]>} when all are ready
   */
  async start(count, options) {
    const nodes = Array.from({ length: count }, () => this.create(options))
    await Promise.all(nodes.map(ready))
    return nodes
  }

  /** The errors that the nodes emitted so far; the others are waited for in vain. */
  get errors() {
    return this.#errors
  }

  /** @returns {Error[]} errors so far; the test expected them, so that they are no failure */
  takeErrors() {
    return this.#errors.splice(0)
  }

  /**
   * @param {string} code
   * @param {number} [count]
   * @param {number} [timeoutMs]
   * @returns {Promise<Error[]>} the errors with this code, when there are so many; the others stay
   */
  async takeErrorsWith(code, count = 1, timeoutMs = PATIENCE_MS) {
    const found = () => this.#errors.filter((error) => error.code === code)
    await eventually(() => found().length >= count, {
      timeoutMs,
      intervalMs: 10,
      message: `${count} errors ${code}, there are ${this.#errors.map(({ code }) => code)}`
    })
    const errors = found()
    this.#errors = this.#errors.filter((error) => error.code !== code)
    return errors
  }

  /** @returns {Promise<void>} when all nodes are closed */
  async close() {
    await Promise.all(this.#nodes.map(close))
  }
}

/**
 * Nodes for each test around the call, closed at its end. A test fails if its nodes emitted an error
 * that it did not take.
 *
 * @param {{ connectionString: string, createTopic?: (topic: string) => void }} broker filled before the tests;
 *   `createTopic` where nodes cannot
 * @returns {Nodes}
 */
function useNodes(broker) {
  let current
  beforeEach(() => {
    current = new Nodes(broker.connectionString)
    broker.createTopic?.(current.topic)
  })
  afterEach(async () => {
    await current.close()
    expect(current.errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([])
  })
  return new Proxy({}, { get: (_, name) => valueOf(current, name) })
}

function valueOf(object, name) {
  const value = object[name]
  return typeof value === 'function' ? value.bind(object) : value
}

/** @returns {string} a text that no other test has used, of the characters that Kafka topics may have */
function unique(prefix) {
  return `${prefix}-${randomUUID()}`
}

/** @returns {Promise<void>} when the connector is ready */
async function ready(node) {
  if (!node.isReady) await onceWithin(node, 'ready')
}

/** @returns {Promise<void>} when the connector is closed */
async function close(node) {
  const closed = onceWithin(node, 'close')
  node.close()
  await closed
}

/** Like events.once(), but an 'error' does not reject, and waiting ends. */
function onceWithin(emitter, name, timeoutMs = PATIENCE_MS) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`No '${name}' within ${timeoutMs} ms`))
    const timer = setTimeout(late, timeoutMs)
    emitter.once(name, (...values) => {
      clearTimeout(timer)
      resolve(values)
    })
  })
}

/**
 * Subscribes and collects.
 *
 * @returns {unknown[]} fills with the messages
 */
function collect(node, topic) {
  const messages = []
  node.subscribe(topic, (message) => messages.push(message))
  return messages
}

/** @returns {Promise<unknown[]>} the list, when it has so many elements */
async function filled(list, length, timeoutMs = PATIENCE_MS) {
  await eventually(() => list.length >= length, {
    timeoutMs,
    intervalMs: 5,
    message: `${length} messages`
  }).catch((error) => {
    throw new Error(`${error.message}; there are ${list.length}`)
  })
  return list
}

/**
 * Waits until everything that the sender published before has been read by the receivers. A sender's
 * messages keep their order, so that one more, which arrives, tells of all before.
 */
async function settled(sender, ...receivers) {
  const topic = unique('marker')
  const markers = receivers.map((receiver) => collect(receiver, topic))
  sender.publish(topic, 'here')
  await Promise.all(markers.map((marker) => filled(marker, 1)))
}

module.exports = {
  MessageConnector,
  Nodes,
  useNodes,
  unique,
  ready,
  close,
  collect,
  filled,
  settled,
  onceWithin
}
