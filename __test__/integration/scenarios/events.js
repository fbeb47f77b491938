'use strict'

const { eventually } = require('../../../harness/eventually')
const { settled } = require('../../../harness/deepstream/verbs')
const { unique } = require('../support/fixture')

/** @param {ReturnType<import('../support/fixture').useCluster>} fixture at least two servers */
function eventScenarios(fixture) {
  describe('events', () => {
    async function subscribe(client, name) {
      const received = []
      client.event.subscribe(name, (data) => received.push(data))
      await settled(client)
      return received
    }

    test('an event reaches the subscribers on every node exactly once', async () => {
      const name = unique('event')
      const received = await Promise.all(fixture.clients.map((each) => subscribe(each, name)))

      fixture.clients[0].event.emit(name, 'first')
      fixture.clients[0].event.emit(name, 'last')

      for (const each of received) {
        await eventually(() => each.includes('last'))
        expect(each).toEqual(['first', 'last'])
      }
    })

    test.each([
      ['text beyond ASCII', 'Zürich, 東京, 👩‍👩‍👧, \u0000\u2028"\\'],
      ['a number', -0.1e-7],
      ['a truth value', false],
      ['null', null],
      ['nested data', { list: [1, [2.5, null, { deep: 'ü€😀' }]], '': {} }],
      ['no data', undefined]
    ])('an event carries %s unchanged to another node', async (_what, data) => {
      const name = unique('event')
      const received = await subscribe(fixture.clients[1], name)

      fixture.clients[0].event.emit(name, data)

      await eventually(() => received.length > 0)
      expect(received).toEqual([data])
    })

    test('events of one client arrive in the order in which it emitted them', async () => {
      const name = unique('event')
      const received = await subscribe(fixture.clients[1], name)
      const numbers = Array.from({ length: 500 }, (_, index) => index)

      for (const number of numbers) fixture.clients[0].event.emit(name, number)

      await eventually(() => received.length >= numbers.length)
      expect(received).toEqual(numbers)
    })

    test('nothing arrives any more after the subscriber has unsubscribed', async () => {
      const [emitter, listener] = fixture.clients
      const name = unique('event')
      const received = await subscribe(listener, name)
      emitter.event.emit(name, 'before')
      await eventually(() => received.length > 0)
      listener.event.unsubscribe(name)
      await settled(listener)

      const later = unique('event')
      const receivedLater = await subscribe(listener, later)
      emitter.event.emit(name, 'after')
      emitter.event.emit(later, 'later')

      await eventually(() => receivedLater.length > 0)
      expect(received).toEqual(['before'])
    })
  })
}

module.exports = { eventScenarios }
