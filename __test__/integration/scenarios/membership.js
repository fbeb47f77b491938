'use strict'

const { eventually } = require('../../../harness/eventually')
const { call, settled } = require('../../../harness/deepstream/verbs')
const { NO_TIMEOUT_MS, unique, useCluster } = require('../support/fixture')

/** deepstream drops a node from which it has heard nothing for this time; its default is 6000. */
const INACTIVE_TIMEOUT_MS = 3000

/**
 * Nodes that come and go, on clusters of their own.
 *
 * @param {ReturnType<import('../support/fixture').useBus>} bus
 * @param {string} version a deepstream version that keeps a cluster registry
 */
function membershipScenarios(bus, version) {
  describe('nodes that come and go', () => {
    const fixture = useTwo(bus, version, NO_TIMEOUT_MS)

    test('a server that stops says so and is dropped, and its process ends by itself', async () => {
      const leaving = await addProvider(fixture)

      expect(await leaving.server.stop()).toEqual({ code: 0, signal: null })

      await expectDropped(fixture, leaving)
      await expect(call(fixture.clients[0], leaving.name)).rejects.toThrow('NO_RPC_PROVIDER')
    })

    test('a server that SIGTERM ends says so and is dropped', async () => {
      const leaving = await addProvider(fixture)

      expect(await leaving.server.terminate()).toEqual({ code: 0, signal: null })

      await expectDropped(fixture, leaving)
    })

    test('a server that joins late knows all providers and subscribers', async () => {
      const { cluster, clients } = fixture
      const [event, procedure] = [unique('event'), unique('procedure')]
      const received = []
      clients[0].event.subscribe(event, (data) => received.push(data))
      clients[1].rpc.provide(procedure, (data, response) => response.send(2 * data))
      await Promise.all(clients.map(settled))

      const late = await cluster.add()

      await knownEverywhere(fixture, procedure, cluster.servers[1])
      await eventually(async () => (await late.serversWith('event', event)).length > 0)
      const client = await cluster.connect(late)
      expect(await call(client, procedure, 21)).toBe(42)
      client.event.emit(event, 'from the late one')
      await eventually(() => received.length > 0)
      await late.terminate()
    })

    test('a server that stops and starts again in its process is a full member', async () => {
      const { cluster, clients } = fixture
      const procedure = unique('procedure')
      clients[0].rpc.provide(procedure, (data, response) => response.send(2 * data))
      await settled(clients[0])
      const server = await cluster.add()
      await cluster.formed()

      await server.restartInProcess()

      await cluster.formed()
      await knownEverywhere(fixture, procedure, cluster.servers[0])
      const client = await cluster.connect(server)
      expect(await call(client, procedure, 21)).toBe(42)
      const back = unique('procedure')
      client.rpc.provide(back, (data, response) => response.send(data + 1))
      await settled(client)
      await knownEverywhere(fixture, back, server)
      expect(await call(clients[0], back, 1)).toBe(2)
      expect(await server.stop()).toEqual({ code: 0, signal: null })
    })
  })

  describe('a node that says nothing any more', () => {
    const fixture = useTwo(bus, version, INACTIVE_TIMEOUT_MS)

    test('a server that is killed is dropped after the time-out', async () => {
      const leaving = await addProvider(fixture)

      await leaving.server.kill()

      await expectDropped(fixture, leaving)
    })
  })
}

/** Starts two servers, which drop a node after it has been silent for so long. */
function useTwo(bus, version, clusterNodeInactiveTimeout) {
  const config = { clusterNodeInactiveTimeout, clusterActiveCheckInterval: 500 }
  return useCluster(bus, { version, servers: 2, config })
}

/** Adds a server that provides a procedure which all the others know. */
async function addProvider(fixture) {
  const { cluster } = fixture
  const server = await cluster.add()
  await cluster.formed()
  const client = await cluster.connect(server)
  const name = unique('procedure')
  client.rpc.provide(name, (data, response) => response.send(data))
  await settled(client)
  await knownEverywhere(fixture, name, server)
  return { server, name }
}

async function knownEverywhere({ cluster }, name, server) {
  for (const each of cluster.running) {
    await eventually(async () => (await each.serversWith('rpc', name)).includes(server.name), {
      message: `${each.name} knows that ${server.name} provides ${name}`
    })
  }
}

async function expectDropped({ cluster }, { server, name }) {
  await cluster.formed(10 * INACTIVE_TIMEOUT_MS)
  for (const each of cluster.running) {
    expect(await each.serversWith('rpc', name)).not.toContain(server.name)
  }
}

module.exports = { membershipScenarios }
