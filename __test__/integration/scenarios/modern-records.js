'use strict'

const { eventually } = require('../../../harness/eventually')
const { openRecord, settled } = require('../../../harness/deepstream/verbs')
const { unique } = require('../support/fixture')

/**
 * What records can do since deepstream 4.
 *
 * @param {ReturnType<import('../support/fixture').useCluster>} fixture at least two servers
 */
function modernRecordScenarios(fixture) {
  describe('records with acknowledged writes', () => {
    test('an acknowledged write and patch show on another node', async () => {
      const name = unique('record')
      const [mine, theirs] = await openBoth(name)

      await mine.setWithAck({ city: 'Zürich', zip: [8001] })
      await mine.setWithAck('zip[1]', 8002)

      const data = { city: 'Zürich', zip: [8001, 8002] }
      await eventually(() => JSON.stringify(theirs.get()) === JSON.stringify(data))
      expect(await fixture.clients[1].record.head(name)).toBe(mine.version)
    })

    test('an erased path is gone on another node, and what stood beside it stays', async () => {
      const [mine, theirs] = await openBoth(unique('record'))
      await mine.setWithAck({ keep: true, drop: { deep: 1 } })
      await eventually(() => theirs.get('drop.deep') === 1)

      await mine.eraseWithAck('drop')

      await eventually(() => theirs.get('drop') === undefined)
      expect(theirs.get()).toEqual({ keep: true })
    })

    test('a write without a subscription reaches the subscribers on another node', async () => {
      const name = unique('record')
      const theirs = await openRecord(fixture.clients[1], name)
      await settled(fixture.clients[1])

      await fixture.clients[0].record.setDataWithAck(name, { from: 'outside' })

      await eventually(() => theirs.get('from') === 'outside')
    })

    test('a change of the cache that is notified of reaches the subscribers everywhere', async () => {
      const name = unique('record')
      const [mine, theirs] = await openBoth(name)
      await mine.setWithAck({ by: 'a client' })
      await eventually(() => theirs.get('by') === 'a client')
      fixture.cluster.cache
        .handlersFor('the test')
        ['cache.set'](name, { version: 10, data: { by: 'the cache' } })

      await fixture.clients[0].record.notify([name])

      await eventually(() => theirs.get('by') === 'the cache')
      await eventually(() => mine.get('by') === 'the cache')
    })

    function openBoth(name) {
      return Promise.all(fixture.clients.slice(0, 2).map((client) => openRecord(client, name)))
    }
  })
}

module.exports = { modernRecordScenarios }
