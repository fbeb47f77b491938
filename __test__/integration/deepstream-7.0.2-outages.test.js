'use strict'

const path = require('node:path')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { ServerHost } = require('../../harness/deepstream/server-host')
const { call, openRecord, settled } = require('../../harness/deepstream/verbs')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { unique: uniqueTopic } = require('../support/nodes')
const { unique } = require('./support/fixture')

const ROOT = path.join(__dirname, '..', '..')
const OPTIONS = {
  version: '7.0.2',
  config: {
    // While the broker is away the servers hear nothing of each other, which is no reason to drop one.
    clusterRegistry: {
      type: 'default',
      options: { keepAliveInterval: 500, activeCheckInterval: 500, nodeInactiveTimeout: 60000 }
    },
    dependencyInitializationTimeout: 60000
  }
}

jest.setTimeout(180000)

describe('deepstream 7.0.2 servers and a broker that goes away', () => {
  let kafka
  let cluster

  beforeAll(async () => {
    kafka = await KafkaCluster.start()
  }, 300000)
  afterEach(async () => {
    jest.restoreAllMocks()
    await cluster?.stop()
    cluster = undefined
    const [broker] = kafka.brokers
    if (!broker.isRunning) await broker.start()
  })
  afterAll(() => kafka?.stop())

  function start(servers) {
    const options = {
      connectionString: kafka.connectionString,
      topic: uniqueTopic('topic')
    }
    return DeepstreamCluster.start({
      ...OPTIONS,
      servers,
      plugin: { name: 'kafka', source: ROOT, options }
    })
  }

  test('servers that start without a broker say what is missing, and start when it is there', async () => {
    const [broker] = kafka.brokers
    await broker.stop()
    // The cluster has its servers once they have started; the processes in which they start are called before.
    const calls = jest.spyOn(ServerHost.prototype, 'call')
    const starting = start(2).then((started) => (cluster = started))
    const warning = `KAFKA_CLUSTER_NODE | PLUGIN_ERROR | ERR_KAFKA_NO_BROKER: No Kafka broker listens at`
    const haveWarned = () => {
      const warned = calls.mock.contexts.map(({ logs }) => logs.includes(warning))
      return warned.length === 2 && warned.every(Boolean)
    }
    await eventually(haveWarned, { timeoutMs: 30000, message: 'both servers to warn' })
    expect(cluster).toBeUndefined()

    await broker.start()
    await starting

    for (const server of cluster.servers) {
      expect(server.logs).toContain(`${warning} ${kafka.connectionString}`)
      expect(server.logs).toMatch(/clusterNode ready: Apache Kafka cluster node/)
    }
    const clients = await Promise.all([cluster.connect(0), cluster.connect(1)])
    await expectCalls(clients)
  })

  test('a broker that restarts under traffic costs no event, doubles none, and keeps their order', async () => {
    cluster = await start(3)
    const clients = await Promise.all([0, 1, 2].map((server) => cluster.connect(server)))
    const [event, name] = [unique('event'), unique('record')]
    const received = [[], []]
    for (const at of [1, 2]) {
      clients[at].event.subscribe(event, (n) => received[at - 1].push(n))
      await settled(clients[at])
    }
    await eventually(
      async () => (await cluster.servers[0].serversWith('event', event)).length === 2
    )
    const records = await Promise.all(clients.map((client) => openRecord(client, name)))
    let sent = 0
    // A server that took long to connect has warned of that.
    const logged = new Map(cluster.servers.map((server) => [server, server.logs.length]))
    const timer = setInterval(() => clients[0].event.emit(event, sent++), 5)
    try {
      await eventually(() => received[0].length > 100)
      const [broker] = kafka.brokers
      await broker.stop()
      records[0].set('written', 'during the outage')
      const before = sent
      await eventually(() => sent > before + 100)
      await broker.start()
      await eventually(() => received.every((each) => each.length > before + 100), {
        timeoutMs: 40000,
        message: 'events again'
      })
    } finally {
      clearInterval(timer)
    }
    await eventually(() => received.every((each) => each.length === sent), { timeoutMs: 40000 })

    const all = Array.from({ length: sent }, (_, n) => n)
    expect(received).toEqual([all, all])
    await eventually(() => records[2].get('written') === 'during the outage')
    await expectCalls(clients)
    for (const server of cluster.servers) {
      expect(await server.nodes()).toHaveLength(3)
      expect(await server.stats()).toMatchObject({ publishFailed: 0, missed: 0 })
      // Once or more: for a node, a broker that is slow to start may be gone again for a moment.
      const codes = new Set(server.logs.slice(logged.get(server)).match(/ERR_KAFKA_\w+/g))
      codes.delete('ERR_KAFKA_PEERS_HELD')
      expect([...codes]).toEqual(['ERR_KAFKA_DISCONNECTED'])
    }
  })

  async function expectCalls([caller, provider]) {
    const procedure = unique('double')
    provider.rpc.provide(procedure, (number, response) => response.send(2 * number))
    await settled(provider)
    const isKnown = async () => (await cluster.servers[0].serversWith('rpc', procedure)).length > 0
    await eventually(isKnown)
    expect(await call(caller, procedure, 21)).toBe(42)
  }
})
