'use strict'

const { eventually } = require('../../../harness/eventually')
const { call, settled } = require('../../../harness/deepstream/verbs')
const { unique } = require('../support/fixture')
const { factsOf } = require('../../../harness/deepstream/versions')

/** A message that waits until a fetch comes back empty takes up to 500 ms, and a call is several messages. */
const PROMPT_MS = 200

/** @param {ReturnType<import('../support/fixture').useCluster>} fixture at least two servers */
function rpcScenarios(fixture) {
  describe('remote procedure calls', () => {
    test('a call is answered by a provider on another node, in both directions', async () => {
      const [sum, shout] = [unique('sum'), unique('shout')]
      await provide(fixture, 0, sum, ({ a, b }, response) => response.send({ sum: a + b }))
      await provide(fixture, 1, shout, (text, response) => response.send(text.toUpperCase()))

      expect(await call(fixture.clients[1], sum, { a: 1, b: 2.5 })).toEqual({ sum: 3.5 })
      expect(await call(fixture.clients[0], shout, 'zürich 😀')).toBe('ZÜRICH 😀')
    })

    test('calls do not wait until a fetch of messages comes back empty', async () => {
      const name = unique('prompt')
      await provide(fixture, 1, name, (_data, response) => response.send('here'))
      const tookMs = []
      for (let n = 0; n < 15; n++) {
        const start = performance.now()
        expect(await call(fixture.clients[0], name)).toBe('here')
        tookMs.push(performance.now() - start)
      }
      // A busy machine may hold up some, but not half of them.
      expect(tookMs.sort((a, b) => a - b)[7]).toBeLessThan(PROMPT_MS)
    })

    test('a call that nobody provides ends with NO_RPC_PROVIDER', async () => {
      await expect(call(fixture.clients[0], unique('nobody'))).rejects.toThrow('NO_RPC_PROVIDER')
    })

    test('100 calls at the same time all get their own answers', async () => {
      const name = unique('double')
      await provide(fixture, 1, name, (number, response) => response.send(2 * number))
      const numbers = Array.from({ length: 100 }, (_, index) => index)

      const answers = await Promise.all(numbers.map((n) => call(fixture.clients[0], name, n)))

      expect(answers).toEqual(numbers.map((number) => 2 * number))
    })
  })
}

/**
 * Not for deepstream 1.0: it remembers providers for a minute, and does not understand it when one
 * on another node rejects a call.
 *
 * @param {ReturnType<import('../support/fixture').useCluster>} fixture at least three servers
 */
function rejectionScenarios(fixture) {
  describe('providers that do not want a call', () => {
    test('a call that its only provider rejects ends with NO_RPC_PROVIDER', async () => {
      const name = unique('reject')
      await provide(fixture, 1, name, (_data, response) => response.reject())

      await expect(call(fixture.clients[0], name)).rejects.toThrow('NO_RPC_PROVIDER')
    })

    test('nobody is asked any more once the provider has withdrawn', async () => {
      const name = unique('withdrawn')
      await provide(fixture, 1, name, (_data, response) => response.send('still here'))
      expect(await call(fixture.clients[0], name)).toBe('still here')

      fixture.clients[1].rpc.unprovide(name)

      await eventually(() =>
        call(fixture.clients[0], name).then(
          () => false,
          (error) => error.message === 'NO_RPC_PROVIDER'
        )
      )
    })

    test('a call that one provider rejects goes on to a provider on a third node', async () => {
      const name = unique('reject')
      await provide(fixture, 1, name, (_data, response) => response.reject())
      await provide(fixture, 2, name, (_data, response) => response.send('from the third'))

      for (let attempt = 0; attempt < 5; attempt++) {
        expect(await call(fixture.clients[0], name)).toBe('from the third')
      }
    })
  })
}

/**
 * Not for deepstream 1.x: its nodes look for the call of such an error under a wrong name.
 *
 * @param {ReturnType<import('../support/fixture').useCluster>} fixture at least two servers
 */
function providerErrorScenarios(fixture) {
  test("a provider's error reaches the caller on another node", async () => {
    const name = unique('fail')
    await provide(fixture, 1, name, (_data, response) => response.error('out of paper'))

    await expect(call(fixture.clients[0], name)).rejects.toThrow('out of paper')
  })
}

/** @param {ReturnType<import('../support/fixture').useCluster>} fixture with a short `rpcTimeout` */
function rpcTimeoutScenarios(fixture) {
  describe('remote procedure calls that take too long', () => {
    /** Clients of their own: they report what comes too late as errors. */
    async function callOneThat(handler) {
      const { cluster } = fixture
      const [caller, provider] = await Promise.all([cluster.connect(0), cluster.connect(1)])
      const name = unique('late')
      provider.rpc.provide(name, handler)
      await settled(provider)
      await providerKnown(fixture, 1, name)
      return call(caller, name)
    }

    test('a call that its provider does not acknowledge ends with ACK_TIMEOUT', async () => {
      const mute = (_data, response) => {
        response.autoAck = false
      }
      await expect(callOneThat(mute)).rejects.toThrow('ACK_TIMEOUT')
    })

    test('a call that is acknowledged and never answered ends with RESPONSE_TIMEOUT', async () => {
      await expect(callOneThat(() => {})).rejects.toThrow('RESPONSE_TIMEOUT')
    })
  })
}

/** Provides a procedure on one node and waits until every node knows it. */
async function provide(fixture, index, name, handler) {
  fixture.clients[index].rpc.provide(name, handler)
  await settled(fixture.clients[index])
  await providerKnown(fixture, index, name)
}

async function providerKnown({ cluster }, index, name) {
  if (!factsOf(cluster.version).hasClusterRegistry) return
  const provider = cluster.servers[index].name
  await eventually(
    async () => {
      const views = cluster.running.map((server) => server.serversWith('rpc', name))
      return (await Promise.all(views)).every((servers) => servers.includes(provider))
    },
    { message: `every node knows that ${provider} provides ${name}` }
  )
}

module.exports = { rpcScenarios, rejectionScenarios, providerErrorScenarios, rpcTimeoutScenarios }
