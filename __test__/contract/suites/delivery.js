'use strict'

const { useNodes, collect, filled, settled } = require('../../support/nodes')
const { useChildren } = require('../../support/child')

/** F9 (order), F10 and F13 */
module.exports = function deliverySuite(broker) {
  describe('delivery', () => {
    const nodes = useNodes(broker)
    const runChild = useChildren()

    test('F9 10,000 messages of several senders keep the order of each sender across topics', async () => {
      const [receiver, other, ...senders] = await nodes.start(6)
      const topics = ['CL', 'E_SUB', 'PRIVATE/A', 'R', 'W']
      const logs = [receiver, other].map((node) => {
        const log = []
        for (const topic of topics)
          node.subscribe(topic, (message) => log.push({ topic, ...message }))
        return log
      })
      for (let n = 0; n < 2500; n++) {
        senders.forEach((sender, from) => sender.publish(topics[(n * 7 + from) % 5], { from, n }))
      }
      for (const log of logs) {
        await filled(log, 10000)
        for (let from = 0; from < 4; from++) {
          const own = log.filter((message) => message.from === from)
          expect(own).toEqual(
            Array.from({ length: 2500 }, (_, n) => ({ topic: topics[(n * 7 + from) % 5], from, n }))
          )
        }
      }
      // All nodes see one order.
      expect(logs[1]).toEqual(logs[0])
    })

    test('F10 a node never gets its own messages', async () => {
      const [a, b] = await nodes.start(2)
      const own = collect(a, 'E')
      for (let n = 0; n < 100; n++) a.publish('E', n)
      a.publish('E', undefined)
      await settled(b, a)
      await settled(a, b)
      b.publish('E', 'foreign')
      expect(await filled(own, 1)).toEqual(['foreign'])
      expect(a.stats()).toMatchObject({ filteredOwn: 102, published: 102 })
    })

    test('F10 nodes with the same clientId talk to each other', async () => {
      const [a, b] = await nodes.start(2, { clientId: 'the same' })
      const [toA, toB] = [collect(a, 'E'), collect(b, 'E')]
      a.publish('E', 'from a')
      b.publish('E', 'from b')
      await filled(toA, 1)
      await filled(toB, 1)
      expect([toA, toB]).toEqual([['from b'], ['from a']])
    })

    test('F10 a callback gets the message and nothing else', async () => {
      const [sender, receiver] = await nodes.start(2)
      const calls = []
      receiver.subscribe('E', (...values) => calls.push(values))
      sender.publish('E', 'x')
      sender.publish('E', undefined)
      expect(await filled(calls, 2)).toEqual([['x'], [undefined]])
    })

    test('F10 each message is an object of its own', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      sender.publish('E', { a: [] })
      sender.publish('E', { a: [] })
      const [first, second] = await filled(messages, 2)
      first.a.push('changed')
      expect(second).toEqual({ a: [] })
    })

    test('F10 an exception in a callback is uncaught, and takes nothing with it', async () => {
      const [sender] = await nodes.start(1)
      const { topic } = nodes
      const options = { connectionString: broker.shared, topic }
      const source =
        broker.shared === broker.connectionString
          ? sender
          : (await nodes.start(1, { connectionString: broker.shared }))[0]
      const child = runChild(
        options,
        `
        process.on('uncaughtException', (error) => tell('uncaught ' + error.message))
        const node = new MessageConnector(options)
        node.subscribe('E', (n) => { if (n === 1) throw new Error('mine') })
        node.subscribe('E', (n) => tell('other ' + n))
        node.subscribe('end', () => setImmediate(() => { tell('end'); process.exit(0) }))
        node.on('ready', () => tell('ready'))
        setInterval(() => {}, 1000)
        `
      )
      await child.said('ready')
      for (const n of [0, 1, 2]) source.publish('E', n)
      source.publish('end', '')
      expect(await child.ended()).toBe(0)
      const expected = ['other 0', 'other 1', 'uncaught mine', 'other 2', 'ready', 'end']
      expect([...child.lines].sort()).toEqual(expected.sort())
      expect(child.lines.filter((line) => line.startsWith('other'))).toEqual([
        'other 0',
        'other 1',
        'other 2'
      ])
    })

    test('F13 three connectors in one process talk to each other', async () => {
      const all = await nodes.start(3)
      const inboxes = all.map((node) => collect(node, 'E'))
      all.forEach((node, index) => node.publish('E', index))
      await Promise.all(inboxes.map((messages) => filled(messages, 2)))
      expect(inboxes.map((messages) => messages.sort())).toEqual([
        [1, 2],
        [0, 2],
        [0, 1]
      ])
    })

    test('F13 connectors of different Kafka topics do not hear each other', async () => {
      const [a] = await nodes.start(1)
      const [b, c] = await nodes.start(2, { topic: `${nodes.topic}-other` })
      const [toA, toC] = [collect(a, 'E'), collect(c, 'E')]
      b.publish('E', 1)
      await filled(toC, 1)
      const [other] = await nodes.start(1)
      await settled(other, a)
      expect(toA).toEqual([])
    })
  })
}
