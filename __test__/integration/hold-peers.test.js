'use strict'

const path = require('node:path')
const { setTimeout: delay } = require('node:timers/promises')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { unique } = require('../support/nodes')
const { ClientTraffic } = require('./support/client-traffic')

// Brokers that run already cannot be killed.
delete process.env.KAFKA_BROKERS

jest.setTimeout(300000)

const ROOT = path.join(__dirname, '..', '..')
/** deepstream's own defaults, which the other tests shorten. */
const CONFIG = {
  '1.1.1': {
    clusterKeepAliveInterval: 5000,
    clusterActiveCheckInterval: 1000,
    clusterNodeInactiveTimeout: 6000
  },
  '7.0.2': {
    clusterRegistry: {
      type: 'default',
      options: { keepAliveInterval: 5000, activeCheckInterval: 1000, nodeInactiveTimeout: 6000 }
    }
  }
}
const ALL = 'server-1,server-2,server-3'
const PAUSE_MS = 9000
const OUTAGE_MS = 15000
/** How soon all has to work once messages flow again; a second where the machine has nothing else to do. */
const SOON_MS = 5000
/** A server that was killed is dropped when deepstream's time-out of 6 s has passed after the outage. */
const DROPPED_MS = 20000

let kafka
beforeAll(async () => {
  kafka = await KafkaCluster.start({ brokers: 3 })
}, 300000)
afterAll(() => kafka?.stop())

describe.each(['1.1.1', '7.0.2'])('deepstream %s servers on three brokers', (version) => {
  let cluster
  let topic
  let traffic

  afterEach(async () => {
    traffic?.stop()
    await cluster?.stop()
    cluster = undefined
    for (const broker of kafka.brokers) {
      if (broker.isRunning) broker.resume()
      else await broker.start()
    }
  })

  async function start(servers, options) {
    topic = unique('topic')
    cluster = await DeepstreamCluster.start({
      version,
      servers,
      plugin: {
        name: 'kafka',
        source: ROOT,
        options: { connectionString: kafka.connectionString, topic, ...options }
      },
      config: CONFIG[version]
    })
    traffic = new ClientTraffic(cluster)
    await traffic.start()
  }

  /** Nothing has gone away, and all works soon after messages flow. */
  async function expectAllHeld() {
    await traffic.flows()
    const since = performance.now()
    await traffic.works()
    const took = performance.now() - since
    if (process.env.FIGURES) process.stdout.write(`all worked within ${took.toFixed()} ms\n`)
    expect(took).toBeLessThan(SOON_MS)
    expect(traffic.seen).toEqual({ views: [ALL], withdrawn: [], loggedOut: [] })
  }

  async function leader() {
    await kafka.untilInSync(topic)
    return kafka.leaderOf(topic)
  }

  async function allBrokersGone(during) {
    await Promise.all(kafka.brokers.map((broker) => broker.kill()))
    await during?.()
    await delay(OUTAGE_MS)
    await Promise.all(kafka.brokers.map((broker) => broker.start()))
  }

  function told(server) {
    return server.logs.match(/.*ERR_KAFKA_PEERS_HELD.*/g) ?? []
  }

  test('do not drop each other when the leader is killed, nor when it is paused', async () => {
    await start(3)
    const killed = await leader()
    await killed.kill()
    await expectAllHeld()
    await killed.start()

    const paused = await leader()
    paused.pause()
    await delay(PAUSE_MS)
    paused.resume()
    await expectAllHeld()

    await traffic.expectComplete()
  })

  test('do not drop each other in an outage, and drop one that was killed in it soon after', async () => {
    await start(4)
    const [server, , , victim] = cluster.servers
    await allBrokersGone(() => victim.kill())
    await traffic.flows()
    const since = performance.now()
    await traffic.works({ withListener: false })
    const took = performance.now() - since
    expect(traffic.seen).toEqual({ views: [`${ALL},${victim.name}`], withdrawn: [], loggedOut: [] })
    expect(took).toBeLessThan(SOON_MS)
    await cluster.formed(DROPPED_MS)
    const gone = performance.now() - since
    await traffic.works()
    if (process.env.FIGURES) {
      process.stdout.write(
        `all worked within ${took.toFixed()} ms, gone after ${gone.toFixed()} ms\n`
      )
    }
    await traffic.expectComplete()
    expect(told(server)).toEqual([
      expect.stringContaining('Kafka is silent, so no other server can be heard.'),
      expect.stringContaining('Kafka is heard again. The other servers are no longer held')
    ])
  })

  test('lose and double nothing when all brokers are restarted in turn', async () => {
    await start(3)
    for (const broker of kafka.brokers) {
      await broker.restart()
      await kafka.untilInSync(topic)
    }
    await expectAllHeld()
    await traffic.expectComplete()
  })

  test('drop each other in an outage without holdPeersMs, and find each other again', async () => {
    await start(3, { holdPeersMs: 0 })
    await allBrokersGone()
    await traffic.flows()
    await eventually(async () => (await cluster.servers[0].nodes()).join() === ALL, {
      timeoutMs: DROPPED_MS
    })
    expect(traffic.seen.views).toContain('server-1')
    expect(told(cluster.servers[0])).toEqual([])
  })
})
