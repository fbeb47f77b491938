'use strict'

const ClusterNode = require('../../cluster-node')
const { eventually } = require('../../harness/eventually')
const { unique, filled } = require('./nodes')

/** Numbers of deepstream's topics, from @deepstream/protobuf. */
const TOPIC = { EVENT: 4, RECORD: 5, RPC: 6, CLUSTER: 9, LOCK: 10, STATE_REGISTRY: 11 }

/** The part of deepstream's services that a cluster node may use, keeping what is logged. */
class FakeServices {
  /** @type {{ level: string, namespace?: string, event: string, message: string }[]} */
  logged = []

  get logger() {
    return {
      ...this.#levels(),
      getNameSpace: (namespace) => this.#levels(namespace)
    }
  }

  /** @returns {Promise<object>} the first entry of the level, when it is there */
  async loggedAt(level) {
    const find = () => this.logged.find((entry) => entry.level === level)
    await eventually(find, { message: `a log entry of the level ${level}`, intervalMs: 10 })
    return find()
  }

  #levels(namespace) {
    const levels = ['debug', 'info', 'warn', 'error', 'fatal'].map((level) => [
      level,
      (event, message) => this.logged.push({ level, namespace, event, message })
    ])
    return Object.fromEntries(levels)
  }
}

/**
 * Cluster nodes on a Kafka topic of its own for each test around the call, closed at its end. A test
 * fails if its nodes logged something that it did not take.
 *
 * @param {{ connectionString: string }} broker filled before the tests
 */
function useClusterNodes(broker) {
  let topic
  let nodes
  beforeEach(() => {
    topic = unique('topic')
    nodes = []
  })
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.close()))
    expect(nodes.flatMap(({ services }) => services.logged)).toEqual([])
  })

  /** @returns {ClusterNode & { services: FakeServices }} not ready yet */
  function create(serverName, options = {}) {
    const services = new FakeServices()
    const { connectionString } = broker
    const node = new ClusterNode({ connectionString, topic, ...options }, services, { serverName })
    nodes.push(Object.assign(node, { services }))
    return node
  }

  /** @returns {Promise<ClusterNode[]>} when all are ready */
  async function start(...serverNames) {
    const started = serverNames.map((serverName) => create(serverName))
    await Promise.all(started.map((node) => node.whenReady()))
    return started
  }

  return { create, start }
}

/** Subscribes and collects messages and who sent them, in the order of their arrival over all topics. */
function collect(node, ...topics) {
  const received = []
  for (const topic of topics) {
    node.subscribe(topic, (message, from) => received.push({ message, from }))
  }
  return received
}

/**
 * Waits until everything that the sender sent before has been read by the receivers: a sender's messages
 * keep their order.
 */
async function settled(sender, ...receivers) {
  const name = unique('marker')
  const markers = receivers.map((receiver) => {
    const marker = []
    receiver.subscribe(TOPIC.CLUSTER, (message) => message.name === name && marker.push(message))
    return marker
  })
  sender.send({ topic: TOPIC.CLUSTER, name })
  await Promise.all(markers.map((marker) => filled(marker, 1)))
}

/** @returns {Promise<boolean>} whether the promise is still pending by now */
function isPending(promise) {
  const now = new Promise((resolve) => setImmediate(resolve, true))
  return Promise.race([promise.then(() => false), now])
}

module.exports = { ClusterNode, FakeServices, TOPIC, useClusterNodes, collect, settled, isPending }
