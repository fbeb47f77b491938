'use strict'

const { isDeepStrictEqual } = require('node:util')
const { eventually } = require('../../../harness/eventually')
const { hasRecord, openRecord, settled } = require('../../../harness/deepstream/verbs')
const { unique } = require('../support/fixture')

/** @param {ReturnType<import('../support/fixture').useCluster>} fixture at least two servers */
function recordScenarios(fixture) {
  describe('records', () => {
    /** Opens one record on every node. */
    function openEverywhere(name) {
      return Promise.all(fixture.clients.map((client) => openRecord(client, name)))
    }

    test('a record made on one node can be read on another', async () => {
      const name = unique('record')
      const record = await openRecord(fixture.clients[0], name)
      record.set({ city: 'Zürich' })
      await settled(fixture.clients[0])

      const other = await openRecord(fixture.clients[1], name)
      await expectEverywhere([other], { city: 'Zürich' })
    })

    test('a change of the whole record shows on every node', async () => {
      const records = await openEverywhere(unique('record'))

      records[0].set({ list: [1, 2.5, null], text: '東京 😀' })
      await expectEverywhere(records, { list: [1, 2.5, null], text: '東京 😀' })

      records.at(-1).set({ list: [] })
      await expectEverywhere(records, { list: [] })
    })

    test('a change of one path shows on every node and calls only its subscribers', async () => {
      const records = await openEverywhere(unique('record'))
      records[0].set({ user: { name: 'Ann', age: 30 }, tags: ['a', 'b'] })
      await expectEverywhere(records, { user: { name: 'Ann', age: 30 }, tags: ['a', 'b'] })
      const calls = []
      records[1].subscribe('user.age', (value) => calls.push(['age', value]))
      records[1].subscribe('user.name', (value) => calls.push(['name', value]))

      records[0].set('tags[1]', 'ü')
      records[0].set('user.age', 31)

      await expectEverywhere(records, { user: { name: 'Ann', age: 31 }, tags: ['a', 'ü'] })
      expect(calls).toEqual([['age', 31]])
    })

    test('a hundred changes in a row arrive one by one and in order', async () => {
      const records = await openEverywhere(unique('record'))
      const seen = []
      records[1].subscribe('count', (value) => seen.push(value))
      const counts = Array.from({ length: 100 }, (_, index) => index + 1)

      for (const count of counts) records[0].set('count', count)

      await eventually(() => seen.at(-1) === 100)
      expect(seen).toEqual(counts)
    })

    test('nodes can write to one record in turn', async () => {
      const records = await openEverywhere(unique('record'))
      for (let turn = 1; turn <= 3 * records.length; turn++) {
        records[turn % records.length].set({ turn })
        await expectEverywhere(records, { turn })
      }
    })

    test('a record deleted on one node is gone for the others', async () => {
      const name = unique('record')
      const record = await openRecord(fixture.clients[0], name)
      record.set({ is: 'there' })
      await settled(fixture.clients[0])
      expect(await hasRecord(fixture.clients[1], name)).toBe(true)

      await deleted(record)

      expect(await hasRecord(fixture.clients[1], name)).toBe(false)
    })

    test('of two writers at the same time the later is told, and all end with its merge', async () => {
      const name = unique('record')
      const records = await openEverywhere(name)
      records[0].set({ by: 'nobody' })
      await expectEverywhere(records, { by: 'nobody' })
      const conflicts = []
      records[1].setMergeStrategy((record, remoteData, remoteVersion, done) => {
        conflicts.push({ mine: record.get('by'), theirs: remoteData.by })
        done(null, { by: 'both' })
      })

      const hold = fixture.cluster.cache.holdReads(fixture.cluster.servers[1].name, name)
      records[1].set({ by: 'second' })
      await hold.held
      records[0].set({ by: 'first' })
      await settled(fixture.clients[0])
      // Of versions of two servers deepstream keeps the one that arrives last, so the merge has to be made after
      // all others have the first.
      await expectEverywhere([records[0], ...records.slice(2)], { by: 'first' })
      hold.release()

      await expectEverywhere(records, { by: 'both' })
      expect(conflicts[0]).toEqual({ mine: 'second', theirs: 'first' })
    })
  })
}

/**
 * Not for deepstream 1.x: its nodes do not understand what they tell each other of a deletion.
 *
 * @param {ReturnType<import('../support/fixture').useCluster>} fixture at least two servers
 */
function deletionScenarios(fixture) {
  test('those who use a record on other nodes are told of its deletion', async () => {
    const name = unique('record')
    const open = fixture.clients.map((client) => openRecord(client, name))
    const [record, ...others] = await Promise.all(open)

    await Promise.all([record, ...others].map((each, index) => deleted(each, index > 0)))

    expect(others.every((each) => each.isDestroyed)).toBe(true)
  })
}

async function expectEverywhere(records, data) {
  for (const record of records) {
    await eventually(() => isDeepStrictEqual(record.get(), data), {
      message: `${record.name} to be ${JSON.stringify(data)}`
    })
  }
}

/** @returns {Promise<void>} resolves when the record's client knows that it is deleted */
function deleted(record, byAnother = false) {
  return new Promise((resolve) => {
    record.once('delete', resolve)
    if (!byAnother) record.delete()
  })
}

module.exports = { recordScenarios, deletionScenarios }
