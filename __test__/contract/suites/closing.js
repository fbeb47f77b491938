'use strict'

const { deadAddress } = require('../../support/fake-servers')
const {
  useNodes,
  collect,
  filled,
  settled,
  ready,
  close,
  onceWithin
} = require('../../support/nodes')

/** F11, except for the end of the process */
module.exports = function closingSuite(broker) {
  describe('closing', () => {
    const nodes = useNodes(broker)

    test('F11 messages published just before close arrive', async () => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'CL')
      for (let round = 1; round <= 10; round++) {
        const [sender] = await nodes.start(1)
        for (let n = 0; n < 100; n++) sender.publish('CL', n)
        await close(sender)
        await filled(messages, round * 100)
      }
      expect(messages).toHaveLength(1000)
    })

    test('F11 a message published in the tick of close arrives, as deepstream 4 publishes its last', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'CL')
      const closed = onceWithin(sender, 'close')
      sender.close()
      sender.publish('CL', 'leave')
      await closed
      expect(await filled(messages, 1)).toEqual(['leave'])
    })

    test('F11 messages of a node that is closed before it is ready arrive', async () => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'CL')
      const sender = nodes.create({ flushTimeoutMs: 9000 })
      sender.publish('CL', 'short visit')
      await close(sender)
      expect(await filled(messages, 1)).toEqual(['short visit'])
    })

    test('F11 isReady is false at once', async () => {
      const [node] = await nodes.start(1)
      node.close()
      expect(node.isReady).toBe(false)
      await onceWithin(node, 'close')
      expect(node.isReady).toBe(false)
      expect(node.stats().state).toBe('closed')
    })

    test('F11 an idle connector closes without waiting for its flushTimeoutMs', async () => {
      const [node] = await nodes.start(1, { flushTimeoutMs: 60000 })
      await close(node)
      expect(node.stats().state).toBe('closed')
    })

    test('F11 closing while it connects ends in close, and no ready follows', async () => {
      const node = nodes.create()
      const events = []
      for (const event of ['ready', 'close']) node.on(event, () => events.push(event))
      await close(node)
      await nodes.start(1) // as long as connecting takes
      expect(events).toEqual(['close'])
    })

    test('F11 without any broker it closes in bounded time', async () => {
      const node = nodes.create({ connectionString: await deadAddress() })
      await close(node) // the helper does not wait for ever
      expect(node.stats().state).toBe('closed')
    })

    test('F11 without any broker and with messages it closes in bounded time and tells how many are lost', async () => {
      const connectionString = await deadAddress()
      const node = nodes.create({ connectionString, flushTimeoutMs: 500 })
      for (let n = 0; n < 10; n++) node.publish('E', n)
      await close(node)
      const [error] = await nodes.takeErrorsWith('ERR_KAFKA_FLUSH_TIMEOUT')
      expect(error.message).toContain('10 messages')
      expect(node.stats()).toMatchObject({ published: 10, publishFailed: 10, undelivered: 0 })
    })

    test('F11 close can be called again, also while closing, and close is emitted again', async () => {
      const [node] = await nodes.start(1)
      let closes = 0
      node.on('close', () => closes++)
      const closed = onceWithin(node, 'close')
      node.close()
      node.close()
      await closed
      await close(node)
      await close(node)
      expect(closes).toBe(3)
    })

    test('F11 nothing throws after close', async () => {
      const [node] = await nodes.start(1)
      await close(node)
      const callback = () => {}
      node.publish('E', 1)
      node.subscribe('E', callback)
      node.unsubscribe('E', callback)
      node.unsubscribe('F', callback)
      expect(node.stats().state).toBe('closed')
      await close(node)
    })

    test('F11 no callback is called after close, with messages on their way', async () => {
      const [sender, receiver] = await nodes.start(2)
      const seen = collect(receiver, 'E')
      sender.publish('E', 0)
      await filled(seen, 1)
      for (let n = 1; n <= 5000; n++) sender.publish('E', n)
      let isClosing = false
      const late = []
      receiver.subscribe('E', (n) => {
        if (isClosing) late.push(n)
        if (n < 100 || isClosing) return
        isClosing = true
        receiver.close()
      })
      await onceWithin(receiver, 'close')
      const [other] = await nodes.start(1)
      const witness = collect(other, 'F')
      sender.publish('F', 1)
      await filled(witness, 1)
      expect(late).toEqual([])
    })

    test('F11 init after close connects again', async () => {
      const [a, b] = await nodes.start(2)
      for (let round = 0; round < 3; round++) {
        const [toA, toB] = [collect(a, 'E'), collect(b, 'E')]
        a.publish('E', `a${round}`)
        b.publish('E', `b${round}`)
        await Promise.all([filled(toA, 1), filled(toB, 1)])
        expect([toA, toB]).toEqual([[`b${round}`], [`a${round}`]])
        await close(a)
        expect(a.isReady).toBe(false)
        const isReady = onceWithin(a, 'ready')
        a.init()
        await isReady
        expect(a.isReady).toBe(true)
        await close(b)
        b.init()
        await ready(b)
      }
    })

    test('F11 after init the subscriptions from before close are gone', async () => {
      const [sender, receiver] = await nodes.start(2)
      const old = collect(receiver, 'E')
      await close(receiver)
      receiver.init()
      const fresh = collect(receiver, 'E')
      await ready(receiver)
      sender.publish('E', 1)
      await filled(fresh, 1)
      expect([old, fresh]).toEqual([[], [1]])
    })

    test('F11 init while closing connects when that is done', async () => {
      const [sender, receiver] = await nodes.start(2)
      const events = []
      for (const event of ['ready', 'close']) receiver.on(event, () => events.push(event))
      const isReady = onceWithin(receiver, 'ready')
      receiver.close()
      receiver.init()
      await isReady
      expect(events).toEqual(['close', 'ready'])
      const messages = collect(receiver, 'E')
      sender.publish('E', 1)
      expect(await filled(messages, 1)).toEqual([1])
    })

    test('F11 close after init while closing closes', async () => {
      const [node] = await nodes.start(1)
      const events = []
      for (const event of ['ready', 'close']) node.on(event, () => events.push(event))
      const closed = onceWithin(node, 'close')
      node.close()
      node.init()
      node.close()
      await closed
      await nodes.start(1) // as long as connecting takes
      expect(events).toEqual(['close'])
      expect(node.stats().state).toBe('closed')
    })

    test('F11 subscribe and publish right after an init that follows close at once take effect', async () => {
      const [old, node] = await nodes.start(2)
      const requests = collect(old, 'ask')
      const isReady = onceWithin(node, 'ready')
      node.close()
      node.init()
      const messages = collect(node, 'E')
      node.publish('ask', 'me')
      await isReady
      old.publish('E', 1)
      expect(await filled(messages, 1)).toEqual([1])
      expect(await filled(requests, 1)).toEqual(['me'])
    })

    test('F11 a topic subscribed in the tick of close can be subscribed after init', async () => {
      const [sender, receiver] = await nodes.start(2)
      const closed = onceWithin(receiver, 'close')
      receiver.close()
      const late = collect(receiver, 'E')
      await closed
      receiver.init()
      const fresh = collect(receiver, 'E')
      await ready(receiver)
      sender.publish('E', 1)
      await filled(fresh, 1)
      await settled(sender, receiver)
      expect(fresh).toEqual([1])
      expect(late.length).toBeLessThanOrEqual(1)
    })
  })
}
