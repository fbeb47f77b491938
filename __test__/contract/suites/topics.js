'use strict'

const { useNodes, collect, filled, settled, unique } = require('../../support/nodes')

/** F7 and F8 */
module.exports = function topicsSuite(broker) {
  describe('topics', () => {
    const nodes = useNodes(broker)

    const NAMES = [
      'error',
      'ready',
      'close',
      'newListener',
      'removeListener',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'PRIVATE/x y',
      'PRIVATE/x_y',
      'PRIVATE.x y',
      'LP_undefinedEL',
      'E',
      'e',
      'E ',
      '',
      '\u0000',
      'ünïcødé',
      '😀',
      'u\u0308',
      '"],["',
      'x'.repeat(10000),
      'x'.repeat(9999)
    ]

    test('F7 any text is a topic, and none is taken for another', async () => {
      const [sender, receiver] = await nodes.start(2)
      const inboxes = NAMES.map((name) => collect(receiver, name))
      NAMES.forEach((name, index) => sender.publish(name, index))
      await settled(sender, receiver)
      expect(inboxes).toEqual(NAMES.map((_, index) => [index]))
    })

    test('F7 subscribing to names of events calls nobody by these events', async () => {
      const [sender] = await nodes.start(1)
      const receiver = nodes.create()
      const calls = []
      const closed = new Promise((resolve) => receiver.once('close', resolve))
      for (const name of ['ready', 'error', 'close'])
        receiver.subscribe(name, () => calls.push(name))
      await new Promise((resolve) => receiver.once('ready', resolve))
      await settled(sender, receiver)
      receiver.close()
      await closed
      expect(calls).toEqual([])
    })

    test('F7 messages named like events emit none of them', async () => {
      const [sender, receiver] = await nodes.start(2)
      const emitted = []
      for (const name of ['ready', 'error', 'close']) {
        receiver.on(name, () => emitted.push(name))
        receiver.subscribe(name, () => {})
        sender.publish(name, 'x')
      }
      await settled(sender, receiver)
      expect(emitted).toEqual([])
    })

    test('F7 lone surrogates in a topic do not hinder its messages', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'a\ud800')
      sender.publish('a\ud800', 1)
      expect(await filled(messages, 1)).toEqual([1])
    })

    test('F7 messages to topics that nobody subscribed are dropped and counted, without errors', async () => {
      const [sender, receiver] = await nodes.start(2)
      for (let n = 0; n < 1000; n++) sender.publish(unique('nobody'), n)
      await settled(sender, receiver)
      expect(receiver.stats()).toMatchObject({ filteredUnsubscribed: 1000, delivered: 1 })
    })

    test('F8 all subscribers of a topic get the same object, in the order of their subscription', async () => {
      const [sender, receiver] = await nodes.start(2)
      const calls = []
      for (const name of ['first', 'second', 'third']) {
        receiver.subscribe('E', (message) => calls.push([name, message]))
      }
      sender.publish('E', { a: 1 })
      await filled(calls, 3)
      expect(calls.map(([name]) => name)).toEqual(['first', 'second', 'third'])
      expect(calls[1][1]).toBe(calls[0][1])
      expect(calls[2][1]).toBe(calls[0][1])
    })

    test('F8 each message is read once, however many subscribe', async () => {
      const [sender, receiver] = await nodes.start(2)
      for (let n = 0; n < 20; n++) receiver.subscribe('E', () => {})
      sender.publish('E', 1)
      await settled(sender, receiver)
      expect(receiver.stats()).toMatchObject({ received: 2, delivered: 2 })
    })

    test('F8 a callback subscribed twice is called twice, and unsubscribed once at a time', async () => {
      const [sender, receiver] = await nodes.start(2)
      const calls = []
      const callback = (message) => calls.push(message)
      receiver.subscribe('E', callback)
      receiver.subscribe('E', callback)
      sender.publish('E', 1)
      await settled(sender, receiver)
      receiver.unsubscribe('E', callback)
      sender.publish('E', 2)
      await settled(sender, receiver)
      receiver.unsubscribe('E', callback)
      sender.publish('E', 3)
      await settled(sender, receiver)
      expect(calls).toEqual([1, 1, 2])
    })

    test('F8 unsubscribing one callback leaves the others', async () => {
      const [sender, receiver] = await nodes.start(2)
      const base = collect(receiver, 'PRIVATE/A')
      const gone = []
      const callback = (message) => gone.push(message)
      receiver.subscribe('PRIVATE/A', callback)
      const last = collect(receiver, 'PRIVATE/A')
      receiver.unsubscribe('PRIVATE/A', callback)
      sender.publish('PRIVATE/A', 1)
      await settled(sender, receiver)
      expect([base, gone, last]).toEqual([[1], [], [1]])
    })

    test('F8 unsubscribing what was never subscribed does nothing', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      receiver.unsubscribe('E', () => {})
      receiver.unsubscribe('unheard of', () => {})
      receiver.unsubscribe('E')
      sender.publish('E', 1)
      expect(await filled(messages, 1)).toEqual([1])
    })

    test('F8 a topic can be subscribed again', async () => {
      const [sender, receiver] = await nodes.start(2)
      const calls = []
      const callback = (message) => calls.push(message)
      for (let n = 0; n < 5; n++) {
        receiver.subscribe('E', callback)
        sender.publish('E', n)
        await settled(sender, receiver)
        receiver.unsubscribe('E', callback)
        sender.publish('E', 'lost')
        await settled(sender, receiver)
      }
      expect(calls).toEqual([0, 1, 2, 3, 4])
    })

    test('F8 a callback may unsubscribe itself; the others of the same message are still called', async () => {
      const [sender, receiver] = await nodes.start(2)
      const calls = []
      const once = (n) => {
        calls.push(`once ${n}`)
        receiver.unsubscribe('E', once)
      }
      receiver.subscribe('E', once)
      receiver.subscribe('E', (n) => calls.push(`always ${n}`))
      for (const n of [1, 2]) sender.publish('E', n)
      await settled(sender, receiver)
      expect(calls).toEqual(['once 1', 'always 1', 'always 2'])
    })

    test('F8 a callback that was unsubscribed gets none of the messages that arrived with this one', async () => {
      const [sender, receiver] = await nodes.start(2)
      const calls = []
      const callback = (n) => {
        calls.push(n)
        if (n === 3) receiver.unsubscribe('E', callback)
      }
      receiver.subscribe('E', callback)
      for (let n = 1; n <= 100; n++) sender.publish('E', n)
      await settled(sender, receiver)
      expect(calls).toEqual([1, 2, 3])
    })

    test('F8 a subscription made inside a callback starts with the next message', async () => {
      const [sender, receiver] = await nodes.start(2)
      const calls = []
      receiver.subscribe('E', (n) => {
        if (n === 1) receiver.subscribe('E', (later) => calls.push(later))
      })
      for (const n of [1, 2, 3]) sender.publish('E', n)
      await settled(sender, receiver)
      expect(calls).toEqual([2, 3])
    })

    test('F8 subscribing without a callback is refused', async () => {
      const node = nodes.create()
      for (const callback of [undefined, null, 'name', {}]) {
        expect(() => node.subscribe('E', callback)).toThrow(TypeError)
      }
    })
  })
}
