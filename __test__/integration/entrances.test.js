'use strict'

const { KafkaCluster } = require('../../harness/kafka')
const { fetchMetadata } = require('../../harness/kafka/metadata')
const { ForeignClient } = require('../support/foreign-client')

// These tests are about the brokers that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(60000)

describe('a cluster with entrances', () => {
  /** @type {KafkaCluster} */
  let cluster
  beforeAll(async () => {
    cluster = await KafkaCluster.start({ brokers: 3, entrances: 2 })
    await cluster.createTopic('by-the-way')
  }, 180000)
  afterAll(() => cluster?.stop())

  test('sends clients of an entrance to its proxies, and others to the brokers', async () => {
    const { brokers, entrances } = cluster
    for (const way of [brokers, ...entrances.map(({ proxies }) => proxies)]) {
      const addresses = way.map(({ address }) => address)
      const { brokers: told } = await fetchMetadata(addresses[0])
      expect(told.map(({ address }) => address).sort()).toEqual([...addresses].sort())
    }
  })

  test('carries a message from one entrance to another, over their proxies', async () => {
    const clients = cluster.entrances.map(
      ({ connectionString }) => new ForeignClient(connectionString, 'by-the-way')
    )
    try {
      await clients[0].write([{ key: 'key', value: 'hello' }])
      expect(await clients[1].read(1)).toMatchObject([{ value: 'hello' }])
    } finally {
      await Promise.all(clients.map((client) => client.close()))
    }
    const leader = cluster.brokers.indexOf(await cluster.leaderOf('by-the-way'))
    for (const { proxies } of cluster.entrances) expect(proxies[leader].accepted).toBeGreaterThan(0)
  })

  test('has to be started: brokers that KAFKA_BROKERS names have none', async () => {
    process.env.KAFKA_BROKERS = cluster.connectionString
    try {
      await expect(KafkaCluster.start({ entrances: 1 })).rejects.toThrow('have no entrances')
    } finally {
      delete process.env.KAFKA_BROKERS
    }
  })
})
