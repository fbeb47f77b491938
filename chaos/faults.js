'use strict'

const { setTimeout: delay } = require('node:timers/promises')

/**
 * @typedef {object} Scene where faults happen
 * @property {import('../harness/kafka/cluster').KafkaCluster} cluster with an entrance for each node
 * @property {string} topic of Kafka
 * @property {(what: string) => void} tell called when it is known what exactly happens, and begins
 */

/**
 * What a fault of each kind does. Each ends when its cause is gone; the cluster may have to recover
 * from it after that. Only one broker at a time is away.
 *
 * @type {Record<string, (fault: import('./schedule').Fault, scene: Scene) => Promise<void>>}
 */
const FAULTS = {
  async pause({ forMs }, { cluster, topic, tell }) {
    const leader = await cluster.leaderOf(topic)
    tell(`broker ${leader.id}, the leader, for ${forMs} ms`)
    leader.pause()
    await delay(forMs)
    leader.resume()
  },

  async kill({ forMs }, { cluster, topic, tell }) {
    const leader = await cluster.leaderOf(topic)
    tell(`broker ${leader.id}, the leader, with SIGKILL; it starts again after ${forMs} ms`)
    await comeAndGo(leader, cluster, () => leader.kill(), forMs)
  },

  async roll({ order }, { cluster, topic, tell }) {
    const brokers = order.map((index) => cluster.brokers[index])
    tell(`brokers ${brokers.map(({ id }) => id).join(', ')} restart one after the other`)
    for (const broker of brokers) {
      await comeAndGo(broker, cluster, () => broker.stop(), 0)
      await cluster.untilInSync(topic)
    }
  },

  async slow(fault, scene) {
    const { bytesPerSecond, directions, forMs } = fault
    const { proxies, place } = await find(fault, scene)
    scene.tell(`${place}, ${directions.join(' and ')}: ${bytesPerSecond} bytes/s for ${forMs} ms`)
    const slowed = proxies.flatMap((proxy) => directions.map((name) => proxy[name]))
    for (const direction of slowed) direction.limit(bytesPerSecond)
    await delay(forMs)
    for (const direction of slowed) direction.pass()
  },

  async stall(fault, scene) {
    const { directions, forMs } = fault
    const { proxies, place } = await find(fault, scene)
    scene.tell(`${place}, ${directions.join(' and ')}: nothing passes for ${forMs} ms`)
    const stalled = proxies.flatMap((proxy) => directions.map((name) => proxy[name]))
    for (const direction of stalled) direction.freeze()
    await delay(forMs)
    for (const direction of stalled) direction.thaw()
  },

  async reset(fault, scene) {
    const { times, everyMs } = fault
    const { proxies, place } = await find(fault, scene)
    scene.tell(`${place}: all connections, ${times} times, ${everyMs} ms between`)
    for (let time = 1; time <= times; time++) {
      for (const proxy of proxies) proxy.reset()
      if (time < times) await delay(everyMs)
    }
  }
}

/**
 * Restarts a broker. Meanwhile its addresses refuse connections, as those of a machine do on which no
 * broker runs; the proxies alone would accept and then reset them.
 *
 * @param {import('../harness/kafka/broker').Broker} broker
 * @param {import('../harness/kafka/cluster').KafkaCluster} cluster
 * @param {() => Promise<void>} end makes its process end
 * @param {number} downMs how long it stays away
 */
async function comeAndGo(broker, cluster, end, downMs) {
  const index = cluster.brokers.indexOf(broker)
  const proxies = cluster.entrances.map((entrance) => entrance.proxies[index])
  await end()
  for (const proxy of proxies) proxy.refuse()
  await delay(downMs)
  await broker.start()
  await Promise.all(proxies.map((proxy) => proxy.admit()))
}

/**
 * @param {{ node: number | 'all', atLeader: boolean }} fault
 * @param {Scene} scene
 * @returns {Promise<{ proxies: import('../harness/fault-proxy').FaultProxy[], place: string }>} the
 *   proxies between these nodes and the broker, and how to call them
 */
async function find({ node, atLeader }, { cluster, topic }) {
  const { brokers, entrances } = cluster
  const leader = brokers.indexOf(await cluster.leaderOf(topic))
  const index = atLeader ? leader : (leader + 1) % brokers.length
  const chosen = node === 'all' ? entrances : [entrances[node]]
  const who = node === 'all' ? 'all nodes' : `node-${node + 1}`
  const broker = `broker ${brokers[index].id}, ${atLeader ? 'the leader' : 'not the leader'}`
  return { proxies: chosen.map(({ proxies }) => proxies[index]), place: `${who} to ${broker}` }
}

module.exports = { FAULTS }
