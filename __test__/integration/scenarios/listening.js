'use strict'

const { eventually } = require('../../../harness/eventually')
const { openRecord, settled } = require('../../../harness/deepstream/verbs')
const { factsOf } = require('../../../harness/deepstream/versions')
const { unique } = require('../support/fixture')

/**
 * Listening: a client offers to provide whatever events or records match a pattern, and is told
 * when somebody subscribes to one. For all this the nodes agree on a lock held by one of them.
 *
 * @param {ReturnType<import('../support/fixture').useCluster>} fixture at least three servers
 */
function listeningScenarios(fixture) {
  describe('listening', () => {
    /**
     * Listens for all names under a prefix, and waits until every node knows that.
     *
     * @returns {{ name: string, isSubscribed: boolean }[]} what the listener is told
     */
    async function listen(client, server, { topic, prefix, answer }) {
      const told = []
      const pattern = `^${prefix}/.*`
      client[topic].listen(pattern, (name, isSubscribed, response) => {
        told.push({ name, isSubscribed })
        if (isSubscribed) response[answer]()
      })
      await everywhere(
        async (each) => (await each.serversListening(topic, pattern)).includes(server.name),
        `knows that ${server.name} listens for ${pattern}`
      )
      return told
    }

    /** deepstream agrees on one provider in several steps, and misses what happens in between. */
    async function providedEverywhere(name) {
      await everywhere((each) => each.isProvided('event', name), `knows that ${name} is provided`)
    }

    async function everywhere(question, what) {
      for (const server of fixture.cluster.servers) {
        await eventually(() => question(server), { message: `${server.name} ${what}` })
      }
    }

    function listenOn(index, offer) {
      return listen(fixture.clients[index], fixture.cluster.servers[index], offer)
    }

    async function subscribe(client, name) {
      client.event.subscribe(name, () => {})
      await settled(client)
    }

    test('a provider is told of the subscriber on another node, and of its leaving', async () => {
      const prefix = unique('offer')
      const name = `${prefix}/news`
      const told = await listenOn(1, { topic: 'event', prefix, answer: 'accept' })

      await subscribe(fixture.clients[0], name)
      await eventually(() => told.length === 1)
      await providedEverywhere(name)
      fixture.clients[0].event.unsubscribe(name)
      await eventually(() => told.length === 2)

      expect(told).toEqual([
        { name, isSubscribed: true },
        { name, isSubscribed: false }
      ])
    })

    test('a provider that comes later is told of a subscriber that was there before', async () => {
      const prefix = unique('offer')
      await subscribe(fixture.clients[0], `${prefix}/news`)

      const told = await listenOn(1, { topic: 'event', prefix, answer: 'accept' })

      await eventually(() => told.length === 1)
      expect(told).toEqual([{ name: `${prefix}/news`, isSubscribed: true }])
    })

    test('when the first provider rejects, the one on another node is asked', async () => {
      const prefix = unique('offer')
      const rejecting = await listenOn(1, { topic: 'event', prefix, answer: 'reject' })
      const accepting = await listenOn(2, { topic: 'event', prefix, answer: 'accept' })

      await subscribe(fixture.clients[0], `${prefix}/news`)

      await eventually(() => accepting.length === 1)
      // A modern server may have to search several times, see QUICK_REMATCH_MS of the harness.
      const { era } = factsOf(fixture.cluster.version)
      if (era === 'legacy') expect(rejecting.length).toBeLessThanOrEqual(1)
    })

    test('only one of two providers gets a subscription, and the other when it is gone', async () => {
      const prefix = unique('offer')
      const providers = await Promise.all([fixture.cluster.connect(1), fixture.cluster.connect(2)])
      const told = await Promise.all(
        providers.map((client, index) =>
          listen(client, fixture.cluster.servers[index + 1], {
            topic: 'event',
            prefix,
            answer: 'accept'
          })
        )
      )

      await subscribe(fixture.clients[0], `${prefix}/news`)
      await eventually(() => told[0].length + told[1].length > 0)
      await providedEverywhere(`${prefix}/news`)
      const chosen = told.findIndex((each) => each.length > 0)
      const other = 1 - chosen
      expect(told[other]).toEqual([])

      fixture.cluster.disconnect(providers[chosen])

      await eventually(() => told[other].length > 0)
      expect(told[other]).toEqual([{ name: `${prefix}/news`, isSubscribed: true }])
    })

    test('who uses a record learns whether somebody on another node provides it', async () => {
      const prefix = unique('offer')
      const provider = await fixture.cluster.connect(1)
      await listen(provider, fixture.cluster.servers[1], {
        topic: 'record',
        prefix,
        answer: 'accept'
      })

      const record = await openRecord(fixture.clients[0], `${prefix}/weather`)
      await eventually(() => record.hasProvider === true)

      fixture.cluster.disconnect(provider)
      await eventually(() => record.hasProvider === false)
    })
  })
}

module.exports = { listeningScenarios }
