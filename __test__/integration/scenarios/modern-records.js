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

    test('a record that is notified to be gone is deleted for those who use it anywhere', async () => {
      const name = unique('record')
      const records = await openBoth(name)
      await records[0].setWithAck({ by: 'a client' })
      await eventually(() => records[1].get('by') === 'a client')

      // It lets every server drop it from the cache and read it from the storage, which there is none of.
      await fixture.clients[0].record.notify([name])

      await eventually(() => records.every((record) => record.isDestroyed))
    })

    function openBoth(name) {
      return Promise.all(fixture.clients.slice(0, 2).map((client) => openRecord(client, name)))
    }
  })
}

module.exports = { modernRecordScenarios }
