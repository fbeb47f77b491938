'use strict'

const { eventually } = require('../../../harness/eventually')
const { useNodes, collect, filled } = require('../../support/nodes')

const MB = 1000 * 1000

/** F14, with the broker in good health */
module.exports = function troublesSuite(broker) {
  describe('troubles', () => {
    const nodes = useNodes(broker)

    test('F14 a message of 20 MB becomes one error, and the bus goes on', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      sender.publish('E', 'before')
      sender.publish('E', 'x'.repeat(20 * MB))
      sender.publish('E', 'after')
      expect(await filled(messages, 2)).toEqual(['before', 'after'])
      const [error, ...others] = await nodes.takeErrorsWith('ERR_KAFKA_MESSAGE_TOO_LARGE')
      expect(others).toEqual([])
      expect(error).toMatchObject({ topic: 'E', retriable: false })
      expect(String(error)).toMatch(/^Kafka error: A message of 200000\d\d bytes to 'E'/)
      // It may learn that the last one is stored a moment after others have it.
      await eventually(() => sender.stats().undelivered === 0)
      expect(sender.stats()).toMatchObject({ publishFailed: 1 })
    })

    test('F14 a message of 20 MB published before ready becomes an error, and the bus goes on', async () => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'E')
      const sender = nodes.create()
      sender.publish('E', 'before')
      sender.publish('E', 'x'.repeat(20 * MB))
      sender.publish('E', 'after')
      expect(await filled(messages, 2)).toEqual(['before', 'after'])
      expect(await nodes.takeErrorsWith('ERR_KAFKA_MESSAGE_TOO_LARGE')).toHaveLength(1)
    })

    test('F14 maxMessageBytes is the size of the record value', async () => {
      const [sender, receiver] = await nodes.start(2, { maxMessageBytes: 10000 })
      const messages = collect(receiver, 'E')
      sender.publish('E', 'x'.repeat(9000))
      sender.publish('E', 'x'.repeat(10000))
      sender.publish('E', 'end')
      await filled(messages, 2)
      expect(messages.map(({ length }) => length)).toEqual([9000, 3])
      expect(await nodes.takeErrorsWith('ERR_KAFKA_MESSAGE_TOO_LARGE')).toHaveLength(1)
    })

    test('F14 a slow receiver holds little in memory and loses nothing', async () => {
      // The embedded broker keeps no more than 5 MB for it.
      const count = broker.isReal ? 20000 : 2000
      const inboxBytes = broker.isReal ? MB : 200000
      const [sender] = await nodes.start(1)
      const [receiver] = await nodes.start(1, { inboxBytes })
      const text = 'x'.repeat(1000)
      let next = 0
      let largest = 0
      const wrong = []
      receiver.subscribe('E', (message) => {
        if (message.n !== next++) wrong.push(message.n)
        if (next % 100 !== 0) return
        if (largest === 0) blockUntil(() => receiver.stats().inboxBytes > 0)
        block(5)
        largest = Math.max(largest, receiver.stats().inboxBytes)
      })
      for (let n = 0; n < count; n++) sender.publish('E', { n, text })
      await eventually(() => next === count, {
        timeoutMs: 30000,
        message: `all, only ${next} came`
      })
      expect(wrong).toEqual([])
      // What one poll brings, up to 1024 records, comes on top.
      expect(largest).toBeLessThan(inboxBytes + 1.2 * MB)
      expect(largest).toBeGreaterThan(0)
      expect(receiver.stats()).toMatchObject({ inboxBytes: 0, missed: 0, delivered: count })
    })

    test('F14 others get their turn while messages flood in', async () => {
      const count = 30000
      const [sender, receiver] = await nodes.start(2)
      let seen = 0
      let turns = 0
      const turn = () => {
        turns++
        if (seen < count) setImmediate(turn)
      }
      receiver.subscribe('E', () => {
        if (seen++ > 0) return
        // From here on nothing but these turns can keep it from delivering all in one go.
        blockUntil(() => receiver.stats().received === count)
        setImmediate(turn)
      })
      for (let n = 0; n < count; n++) sender.publish('E', { n, text: 'x'.repeat(50) })
      await eventually(() => seen === count, { timeoutMs: 20000, intervalMs: 5 })
      expect(turns).toBeGreaterThan(2)
    })
  })
}

/** Holds up everything in this thread. */
function block(ms) {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** Holds up everything in this thread until other threads have brought something about. */
function blockUntil(isTrue) {
  const deadline = performance.now() + 20000
  while (!isTrue()) if (performance.now() > deadline) throw new Error(`Waited in vain: ${isTrue}`)
}
