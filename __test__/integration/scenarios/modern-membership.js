'use strict'

const { eventually } = require('../../../harness/eventually')
const { call, settled } = require('../../../harness/deepstream/verbs')
const { NO_TIMEOUT_MS, unique, useCluster } = require('../support/fixture')

/** deepstream drops a node from which it has heard nothing for this time; its default is 6000. */
const INACTIVE_TIMEOUT_MS = 2000
const KEEP_ALIVE_MS = 400

/**
 * Nodes that come and go, on clusters of their own.
 *
 * @param {ReturnType<import('../support/fixture').useBus>} bus
 * @param {string} version of deepstream, 4 or later
 */
function modernMembershipScenarios(bus, version) {
  describe('nodes that come and go', () => {
    const fixture = useTwo(bus, version, NO_TIMEOUT_MS)

    test('a server that stops says so and is dropped for that, and its process ends by itself', async () => {
      const leaving = await addProvider(fixture)

      expect(await leaving.server.stop()).toEqual({ code: 0, signal: null })

      await expectDropped(fixture, leaving)
      expect(leaving.server.logs).not.toMatch(/KAFKA_CLUSTER_NODE/)
      await expect(call(fixture.clients[0], leaving.name)).rejects.toThrow('NO_RPC_PROVIDER')
    })

    test('a server that SIGTERM ends says so and is dropped for that, with its user', async () => {
      const leaving = await addProvider(fixture)
      const username = unique('user')
      await fixture.cluster.connect(leaving.server, {}, { username })
      const online = () => fixture.cluster.servers[0].serversWithUser(username)
      await eventually(async () => (await online()).length > 0)

      expect(await leaving.server.terminate()).toEqual({ code: 0, signal: null })

      await expectDropped(fixture, leaving)
      expect(await online()).toEqual([])
      await expect(call(fixture.clients[0], leaving.name)).rejects.toThrow('NO_RPC_PROVIDER')
    })

    test('a server that joins late knows all providers, subscribers and users', async () => {
      const { cluster, clients } = fixture
      const [event, procedure, username] = [unique('event'), unique('procedure'), unique('user')]
      const received = []
      clients[0].event.subscribe(event, (data) => received.push(data))
      clients[1].rpc.provide(procedure, (data, response) => response.send(2 * data))
      const user = await cluster.connect(0, {}, { username })
      await Promise.all(clients.map(settled))

      const late = await cluster.add()

      await knownEverywhere(fixture, procedure, cluster.servers[1])
      await eventually(async () => (await late.serversWith('event', event)).length > 0)
      await eventually(async () => (await late.serversWithUser(username)).length > 0)
      const client = await cluster.connect(late)
      expect(await call(client, procedure, 21)).toBe(42)
      client.event.emit(event, 'from the late one')
      await eventually(() => received.length > 0)
      cluster.disconnect(user)
      await late.terminate()
      await cluster.formed()
    })

    test('a server that stops and starts again in its process is a full member', async () => {
      const { cluster, clients } = fixture
      const procedure = unique('procedure')
      clients[0].rpc.provide(procedure, (data, response) => response.send(data + 1))
      await settled(clients[0])
      const { server } = await addProvider(fixture)

      await server.restartInProcess()

      await cluster.formed()
      await knownEverywhere(fixture, procedure, cluster.servers[0])
      const { client, name } = await provideOn(fixture, server)
      expect(await call(client, procedure, 1)).toBe(2)
      expect(await call(clients[0], name, 21)).toBe(42)
      expect(await server.stop()).toEqual({ code: 0, signal: null })
    })

    test('a server that is killed comes back under its name before it is missed', async () => {
      const { cluster, clients } = fixture
      const procedure = unique('procedure')
      clients[0].rpc.provide(procedure, (data, response) => response.send(data + 1))
      await settled(clients[0])
      const gone = await addProvider(fixture)

      await gone.server.kill()
      const back = await cluster.add()

      expect(back.name).toBe(gone.server.name)
      await cluster.formed()
      await knownEverywhere(fixture, procedure, cluster.servers[0])
      const { client, name } = await provideOn(fixture, back)
      expect(await call(clients[0], name, 21)).toBe(42)
      expect(await call(client, procedure, 1)).toBe(2)
    })
  })

  describe('a node that says nothing any more', () => {
    const fixture = useTwo(bus, version, INACTIVE_TIMEOUT_MS)

    test('a server that is killed is dropped, but not before the time-out', async () => {
      const leaving = await addProvider(fixture)
      const since = performance.now()

      await leaving.server.kill()

      await expectDropped(fixture, leaving)
      // It counts from the last sign of life, which is a keep-alive interval old, and more on a busy machine.
      expect(performance.now() - since).toBeGreaterThan(INACTIVE_TIMEOUT_MS / 2)
      await expect(call(fixture.clients[0], leaving.name)).rejects.toThrow('NO_RPC_PROVIDER')
    })

    test('when the server of a provider is killed, the provider on another node is asked', async () => {
      const { cluster, clients } = fixture
      const [prefix, told] = [unique('offer'), []]
      const server = await cluster.add()
      await cluster.formed()
      await listen(fixture, await cluster.connect(server), server, prefix, () =>
        told.push('killed')
      )
      clients[0].event.subscribe(`${prefix}/news`, () => {})
      await eventually(() => told.length === 1)
      for (const each of cluster.running) {
        await eventually(() => each.isProvided('event', `${prefix}/news`))
      }
      await listen(fixture, clients[1], cluster.servers[1], prefix, () => told.push('other'))

      await server.kill()

      await eventually(() => told.length === 2, { timeoutMs: 10 * INACTIVE_TIMEOUT_MS })
      expect(told).toEqual(['killed', 'other'])
      await eventually(() => cluster.servers[0].isProvided('event', `${prefix}/news`))
    })
  })
}

/** Starts two servers, which drop a node after it has been silent for so long; the third will be `node-3`. */
function useTwo(bus, version, nodeInactiveTimeout) {
  const options = {
    keepAliveInterval: KEEP_ALIVE_MS,
    activeCheckInterval: 200,
    nodeInactiveTimeout
  }
  return useCluster(bus, {
    version,
    servers: 2,
    nameOf: (number) => `node-${Math.min(number, 3)}`,
    config: { clusterRegistry: { type: 'default', options } }
  })
}

/** Adds `node-3`, with a procedure which all the others know. */
async function addProvider(fixture) {
  const { cluster } = fixture
  const server = await cluster.add()
  await cluster.formed()
  return { server, ...(await provideOn(fixture, server)) }
}

async function provideOn(fixture, server) {
  const client = await fixture.cluster.connect(server)
  const name = unique('procedure')
  client.rpc.provide(name, (data, response) => response.send(2 * data))
  await settled(client)
  await knownEverywhere(fixture, name, server)
  return { client, name }
}

async function knownEverywhere({ cluster }, name, server) {
  for (const each of cluster.running) {
    await eventually(async () => (await each.serversWith('rpc', name)).includes(server.name), {
      message: `${each.name} knows that ${server.name} provides ${name}`
    })
  }
}

/** Offers to provide all events under a prefix, and waits until all nodes know that. */
async function listen({ cluster }, client, server, prefix, onSubscribed) {
  const pattern = `^${prefix}/.*`
  client.event.listen(pattern, (_name, isSubscribed, response) => {
    if (!isSubscribed) return
    onSubscribed()
    response.accept()
  })
  for (const each of cluster.running) {
    await eventually(async () =>
      (await each.serversListening('event', pattern)).includes(server.name)
    )
  }
}

async function expectDropped({ cluster }, { server, name }) {
  await cluster.formed(10 * INACTIVE_TIMEOUT_MS)
  for (const each of cluster.running) {
    expect(await each.serversWith('rpc', name)).not.toContain(server.name)
  }
}

module.exports = { modernMembershipScenarios }
