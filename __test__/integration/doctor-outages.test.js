'use strict'

const fs = require('node:fs')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { useBroker } = require('../support/broker')
const { examined, idsOf, withConfig } = require('../support/doctor')
const { deadAddress } = require('../support/fake-servers')
const { unique } = require('../support/nodes')
const { ROOT } = require('../support/child')

// Brokers that run already cannot be stopped.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

let topic
beforeEach(() => (topic = unique('outage')))

describe('with three brokers the doctor', () => {
  const broker = useBroker({ brokers: 3 })
  const look = () => examined({ connectionString: broker.connectionString, topic })

  test('names a topic with a single replica', async () => {
    await broker.cluster.createTopic(topic, { replicationFactor: 1 })
    const { replicas } = (await look()).results
    expect(replicas.status).toBe('warning')
    expect(replicas.what).toContain('A single replica, though there are 3 brokers')
  })

  test('names what Kafka takes for stored too early, and too late', async () => {
    await broker.cluster.createTopic(topic)
    const { status, what, commands } = (await look()).results.minInSync
    expect([status, what]).toEqual(['warning', expect.stringContaining('the leader alone')])
    expect(commands[0]).toContain('min.insync.replicas=2')
    topic = unique('strict')
    await broker.cluster.createTopic(topic, { config: { 'min.insync.replicas': 3 } })
    const strict = (await look()).results.minInSync
    expect(strict.what).toContain('All 3 replicas have to be in sync')
  })

  test('names a holdPeersMs that is over before Kafka has another leader', async () => {
    await broker.cluster.createTopic(topic)
    const options = { connectionString: broker.connectionString, topic, holdPeersMs: 2000 }
    const { results } = await withConfig(options, (config) => examined({}, ['--config', config]))
    expect(results.timeouts).toMatchObject({
      status: 'warning',
      what: expect.stringContaining('holdPeersMs prevents that only for 2 s'),
      cure: expect.stringMatching(/^Set the option holdPeersMs to more than 9000;/)
    })
  })

  test('names a leader that is paused', async () => {
    // With more replicas Kafka would elect another one meanwhile.
    await broker.cluster.createTopic(topic, { replicationFactor: 1 })
    const leader = await broker.cluster.leaderOf(topic)
    leader.pause()
    try {
      const found = await look()
      expect(found.status).toBe('failed')
      const told = found.checks.filter(({ status }) => status === 'failed').map(({ what }) => what)
      expect(told.join()).toContain(leader.address)
    } finally {
      leader.resume()
    }
  })

  test('names a broker that is down: its address, its replica, and that Kafka stores nothing without it', async () => {
    const { cluster } = broker
    await cluster.createTopic(topic, { replicationFactor: 2, config: { 'min.insync.replicas': 2 } })
    await cluster.untilInSync(topic)
    const follower = await cluster.followerOf(topic)
    await follower.stop()
    try {
      const { results } = await look()
      expect(results.addresses).toMatchObject({
        status: 'warning',
        what: `${follower.address}: nothing listens there. 2 of 3 addresses answer.`
      })
      expect(results.replicas).toMatchObject({
        status: 'warning',
        what: `1 of 2 replicas is in sync; missing: broker ${follower.id}.`
      })
      expect(results.minInSync).toMatchObject({
        status: 'failed',
        what: expect.stringContaining('2 replicas have to be in sync, but only 1 is')
      })
      expect(results.delivery.status).toBe('failed')
    } finally {
      await follower.start()
      await cluster.untilInSync(topic)
    }
  })

  test('names a topic whose only replica is down', async () => {
    const { cluster } = broker
    await cluster.createTopic(topic, { replicationFactor: 1 })
    const leader = await cluster.leaderOf(topic)
    await leader.stop()
    try {
      const isLeaderless = async () => (await cluster.leaderOf(topic)) === undefined
      await eventually(isLeaderless, { timeoutMs: 30000 })
      const found = await look()
      expect(idsOf(found, 'failed')).toEqual(['topic'])
      expect(found.results.topic.what).toContain(`its replicas are on broker ${leader.id}.`)
    } finally {
      await leader.start()
    }
  })

  test.each(['7.0.2', '2.4.1'])(
    'knows the servers of deepstream %s by their names',
    async (version) => {
      const { connectionString } = broker
      const plugin = { name: 'kafka', source: ROOT, options: { connectionString, topic } }
      await broker.cluster.createTopic(topic)
      const cluster = await DeepstreamCluster.start({ version, servers: 2, plugin })
      try {
        const found = await look()
        expect(idsOf(found, 'failed')).toEqual([])
        expect(found.results.servers.what).toBe('2 servers: server-1, server-2')
        expect(found.results.clocks.status).toBe('ok')
      } finally {
        await cluster.stop()
      }
    },
    300000
  )

  test('names two servers of one name', async () => {
    const { connectionString } = broker
    const plugin = { name: 'kafka', source: ROOT, options: { connectionString, topic } }
    const cluster = await DeepstreamCluster.start({
      version: '2.4.1',
      servers: 1,
      nameOf: () => 'same',
      plugin
    })
    try {
      await cluster.add()
      const { names } = (await look()).results
      expect(names).toMatchObject({ status: 'failed', what: expect.stringContaining('name: same') })
    } finally {
      await cluster.stop()
    }
  })
})

test('the doctor names an address to which a broker sends clients in vain', async () => {
  const cluster = await KafkaCluster.start({ brokers: 1 })
  try {
    const [kafka] = cluster.brokers
    await cluster.createTopic(topic)
    await kafka.stop()
    const advertised = await deadAddress()
    // The last one wins.
    fs.appendFileSync(kafka.propertiesFile, `\nadvertised.listeners=PLAINTEXT://${advertised}\n`)
    await kafka.start()
    const found = await examined({ connectionString: cluster.connectionString, topic })
    expect(idsOf(found, 'failed')).toEqual(['brokers'])
    expect(found.results.brokers.what).toContain(advertised)
  } finally {
    await cluster.stop()
  }
})
