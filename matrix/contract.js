'use strict'

/**
 * The short contract, in a process of the Node that is tried: syntax and functions of Node 16 alone. It tells its parent,
 * attempt.js, what holds, or what failed, and then has to end by itself.
 */

const { once } = require('node:events')
const http = require('node:http')
const MessageConnector = require('..')
const KafkaClusterNode = require('../cluster-node')

/** Far longer than anything takes on a busy machine, the return of a broker included. */
const PATIENCE_MS = 60000
const IN_ORDER = 3000
const DURING_OUTAGE = 100
/** deepstream's number for events. */
const EVENT = 4

const { topics, hasOutage, ...given } = JSON.parse(process.argv[2])
const options = { ...given.options, metrics: { port: 0 } }

/** @type {string[]} what was emitted or logged as an error */
const errors = []
/** As which an outage may be told. */
const OUTAGE = /ERR_KAFKA_(DISCONNECTED|LEADER_SILENT|DELIVERY):/

const connectors = {
  create(name) {
    const node = new MessageConnector({ ...options, topic: topics.connector, clientId: name })
    return node.on('error', ({ code, message }) => errors.push(`${code}: ${message}`))
  },
  ready: (node) => once(node, 'ready'),
  send: (node, number) => node.publish('E', { number }),
  hear: (node, callback) => node.subscribe('E', callback),
  close(node) {
    const closed = once(node, 'close')
    node.close()
    return closed
  }
}

const clusterNodes = {
  create(name) {
    const log = (event, message) => errors.push(message)
    const logger = { warn() {}, error: log, fatal: log }
    const own = { ...options, topic: topics.clusterNode }
    return new KafkaClusterNode(own, { logger }, { serverName: name })
  },
  ready: (node) => node.whenReady(),
  send: (node, number) => node.send({ topic: EVENT, number }),
  sendDirect: (node, name, number) => node.sendDirect(name, { topic: EVENT, number }),
  hear: (node, callback) => node.subscribe(EVENT, callback),
  close: (node) => node.close()
}

/** Three nodes of one face, and what each has heard. */
class Trial {
  #face
  #nodes
  #heard
  #sent = 0
  #wake = () => {}

  constructor(face) {
    this.#face = face
    this.#nodes = ['a', 'b', 'c'].map((name) => face.create(name))
    this.#heard = this.#nodes.map((node) => {
      const numbers = []
      face.hear(node, ({ number }) => {
        numbers.push(number)
        this.#wake()
      })
      return numbers
    })
  }

  async connect() {
    await Promise.all(this.#nodes.map((node) => this.#face.ready(node)))
  }

  /** The first node sends so many, and the others have to hear each once, in their order. */
  async talk(count) {
    this.send(count)
    await this.hear()
  }

  send(count) {
    for (const end = this.#sent + count; this.#sent < end; this.#sent++) {
      this.#face.send(this.#nodes[0], this.#sent)
    }
  }

  async hear() {
    const [own, ...others] = this.#heard
    while (others.some((numbers) => numbers.length < this.#sent)) {
      await new Promise((resolve) => (this.#wake = resolve))
    }
    if (own.length > 0) throw new Error('A node heard itself')
    for (const numbers of others) {
      const wrong = numbers.findIndex((number, index) => number !== index)
      if (wrong >= 0) throw new Error(`Heard ${numbers[wrong]} where ${wrong} was due`)
      if (numbers.length > this.#sent) throw new Error('Heard more than was sent')
    }
  }

  /** The second node gets a message that the third does not get. */
  async talkDirectly() {
    this.#face.sendDirect(this.#nodes[0], 'b', 'for b')
    this.send(1)
    const [, b, c] = this.#heard
    while (b.length < this.#sent + 1 || c.length < this.#sent) {
      await new Promise((resolve) => (this.#wake = resolve))
    }
    if (!b.includes('for b')) throw new Error('A direct message did not arrive')
    b.splice(b.indexOf('for b'), 1)
    await this.hear()
  }

  /** The first node tells by HTTP what it has sent, and that it is well. */
  async measure() {
    const { metricsUrl } = this.#nodes[0]
    const published = new RegExp(
      `^deepstream_kafka_published_messages_total\\S* ${this.#sent}$`,
      'm'
    )
    if (!published.test(await get(metricsUrl))) throw new Error(`Not ${this.#sent} in the metrics`)
    const health = await get(new URL('/healthz', metricsUrl))
    if (JSON.parse(health).ok !== true) throw new Error(`/healthz says ${health}`)
  }

  async close() {
    await Promise.all(this.#nodes.map((node) => this.#face.close(node)))
  }
}

/** What both faces do at the same time, since an outage hits both. */
async function main() {
  await step('import', imports)
  const trials = [connectors, clusterNodes].map((face) => new Trial(face))
  const each = (what, work) => step(what, () => Promise.all(trials.map(work)))

  await each('connect', (trial) => trial.connect())
  await each('an event reaches the others', (trial) => trial.talk(1))
  await each(`${IN_ORDER} messages in order`, (trial) => trial.talk(IN_ORDER))
  await each('metrics and health', (trial) => trial.measure())
  await step('a direct message', () => trials[1].talkDirectly())
  expectErrors(/^$/)
  if (hasOutage) {
    await parent('before the outage')
    for (const trial of trials) trial.send(DURING_OUTAGE)
    process.send({ at: 'during the outage' })
    await each('what was sent during an outage arrives', (trial) => trial.hear())
    await each('nothing arrives twice after it', (trial) => trial.talk(1))
    expectErrors(OUTAGE)
  }
  await each('close', (trial) => trial.close())
}

/** @returns {Promise<string>} the page */
async function get(url) {
  const [response] = await once(http.get(url, { agent: false }), 'response')
  let text = ''
  for await (const chunk of response) text += chunk
  return text
}

/** From an ECMAScript module both faces come by their names and as defaults. */
async function imports() {
  const connector = await import('deepstream.io-msg-kafka')
  const clusterNode = await import('deepstream.io-msg-kafka/cluster-node')
  for (const [found, wanted] of [
    [connector.MessageConnector, MessageConnector],
    [connector.default, MessageConnector],
    [clusterNode.KafkaClusterNode, KafkaClusterNode],
    [clusterNode.default, KafkaClusterNode]
  ]) {
    if (found !== wanted) throw new Error(`Imported ${found} instead of ${wanted.name}`)
  }
}

/** @returns {Promise<void>} when the parent answers */
async function parent(moment) {
  process.send({ at: moment })
  await once(process, 'message')
}

/** @throws {Error} if there was one that does not look like this */
function expectErrors(pattern) {
  const unexpected = errors.find((error) => !pattern.test(error))
  if (unexpected) throw new Error(unexpected)
}

async function step(what, work) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${PATIENCE_MS} ms`)), PATIENCE_MS)
  })
  try {
    await Promise.race([work(), late])
  } catch (error) {
    throw new Error([`${what}: ${error.message}`, ...errors].join('; '), { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

main().then(
  () => process.send({ at: 'end' }, () => process.disconnect()),
  (error) => process.send({ failure: error.message }, () => process.exit(1))
)
