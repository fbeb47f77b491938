'use strict'

const { eventually } = require('../../../harness/eventually')
const { useNodes, collect, filled, settled, close } = require('../../support/nodes')

/** How long a broker may take to start and to be found again on a busy machine, in milliseconds. */
const RETURN_MS = 30000

/** F14, with a broker that goes away, which only a real one can */
module.exports = function outagesSuite(broker) {
  if (!broker.isReal) return

  describe('outages', () => {
    const nodes = useNodes(broker)
    // A test that fails in the middle must not take the others with it.
    afterEach(async () => {
      const [kafka] = broker.cluster.brokers
      if (!kafka.isRunning) await kafka.start()
    })

    test('F14 a broker that stops and comes back costs no message, doubles none, and keeps the order', async () => {
      const [kafka] = broker.cluster.brokers
      const [receiver, ...senders] = await nodes.start(3)
      const log = []
      receiver.subscribe('E', (message) => log.push(message))
      const next = [0, 0]
      const publish = (count) => {
        for (let i = 0; i < count; i++) {
          senders.forEach((sender, from) => sender.publish('E', { from, n: next[from]++ }))
        }
      }
      const timer = setInterval(() => publish(1), 2)
      try {
        publish(500)
        await kafka.stop()
        await nodes.takeErrorsWith('ERR_KAFKA_DISCONNECTED', 3)
        publish(500)
        expect(receiver.isReady).toBe(true)
        await kafka.start()
        publish(500)
        await eventually(() => log.length > 2500, { timeoutMs: 30000, message: 'messages again' })
      } finally {
        clearInterval(timer)
      }
      await filled(log, next[0] + next[1], 30000)
      for (const from of [0, 1]) {
        const own = log.filter((message) => message.from === from).map(({ n }) => n)
        expect(own).toEqual(Array.from({ length: next[from] }, (_, n) => n))
      }
      for (const node of [receiver, ...senders]) {
        expect(node.stats()).toMatchObject({ publishFailed: 0, missed: 0 })
      }
      expectDisconnections(nodes.takeErrors())
    })

    test('F14 a second outage is an error of its own', async () => {
      const [kafka] = broker.cluster.brokers
      const [sender, receiver] = await nodes.start(2)
      const disconnects = () => [sender, receiver].map((node) => node.stats().disconnects)
      for (let outage = 1; outage <= 2; outage++) {
        const before = disconnects()
        expectDisconnections(nodes.takeErrors())
        await kafka.stop()
        const isNoticed = () => disconnects().every((count, index) => count > before[index])
        await eventually(isNoticed, {
          timeoutMs: 30000,
          message: `both to notice outage ${outage}`
        })
        await nodes.takeErrorsWith('ERR_KAFKA_DISCONNECTED', 2)
        await kafka.start()
        // Each has to hear of the end of an outage to tell it from the next.
        await settled(sender, receiver)
        await settled(receiver, sender)
      }
      expectDisconnections(nodes.takeErrors())
    })

    test('F11 close with messages queued during an outage ends in bounded time', async () => {
      const [kafka] = broker.cluster.brokers
      const [sender] = await nodes.start(1, { flushTimeoutMs: 500 })
      await kafka.stop()
      await nodes.takeErrorsWith('ERR_KAFKA_DISCONNECTED')
      for (let n = 0; n < 10; n++) sender.publish('E', n)
      await close(sender) // the helper does not wait for ever
      const [error] = await nodes.takeErrorsWith('ERR_KAFKA_FLUSH_TIMEOUT')
      expect(error.message).toContain('10 messages')
      expect(sender.stats()).toMatchObject({ published: 10, publishFailed: 10 })
    })

    test('F14 undelivered counts what waits, during an outage and never else', async () => {
      const [kafka] = broker.cluster.brokers
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      const undelivered = () => sender.stats().undelivered
      expect(undelivered()).toBe(0)
      sender.publish('E', 0)
      await filled(messages, 1)
      await eventually(() => undelivered() === 0, { message: 'the broker to confirm' })
      await kafka.stop()
      await nodes.takeErrorsWith('ERR_KAFKA_DISCONNECTED', 2)
      expect(undelivered()).toBe(0)
      for (let n = 1; n <= 25; n++) {
        sender.publish('E', n)
        expect(undelivered()).toBe(n)
      }
      await kafka.start()
      await filled(messages, 26, RETURN_MS)
      await eventually(() => undelivered() === 0, { message: 'the broker to confirm' })
      expect(sender.stats()).toMatchObject({ published: 26, publishFailed: 0 })
      expectDisconnections(nodes.takeErrors())
    })

    test('F14 an outage never holds publish up, with 100,000 messages waiting', async () => {
      const [kafka] = broker.cluster.brokers
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      const text = 'x'.repeat(100)
      let published = 0
      let slowestMs = 0
      /** Publishes messages of one tick, and hands them over to the engine, which stats() waits for. */
      const burst = () => {
        let start = performance.now()
        const lap = () => {
          const now = performance.now()
          slowestMs = Math.max(slowestMs, now - start)
          start = now
        }
        for (let n = 0; n < 500; n++) {
          sender.publish('E', { n: published++, text })
          lap()
        }
        const { undelivered } = sender.stats()
        lap()
        return undelivered
      }
      const timer = setInterval(burst, 20)
      try {
        await filled(messages, 1000)
        await kafka.stop()
        await nodes.takeErrorsWith('ERR_KAFKA_DISCONNECTED', 2)
        const areWaiting = () => burst() > 100000
        await eventually(areWaiting, { timeoutMs: RETURN_MS, message: '100,000 messages' })
        await kafka.start()
        const before = published
        await filled(messages, before, RETURN_MS)
      } finally {
        clearInterval(timer)
      }
      await filled(messages, published, RETURN_MS)
      expect(messages.findIndex(({ n }, index) => n !== index)).toBe(-1)
      // Of an outage of many seconds; a busy machine may hold up one of the thousands of calls.
      expect(slowestMs).toBeLessThan(1000)
      expectDisconnections(nodes.takeErrors())
    })

    test('F14 a Kafka topic that is deleted and created again is gone on with, after an error', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      let published = 0
      const publish = () => sender.publish('E', published++)
      for (let n = 0; n < 100; n++) publish()
      await filled(messages, 100)
      await broker.cluster.deleteTopic(nodes.topic)
      const isBack = async () => {
        publish()
        return messages.at(-1) >= 100
      }
      await eventually(isBack, { timeoutMs: 30000, intervalMs: 100, message: 'messages again' })
      await settled(sender, receiver)
      // The sender reads as well, and may notice later what became of the topic.
      await settled(receiver, sender)
      const last = published - 1
      expect(messages.at(-1)).toBe(last)
      expect(messages).toEqual([...new Set(messages)].sort((a, b) => a - b))
      // What was stored in the old topic and not read yet is lost, and told with its number.
      const { missed } = receiver.stats()
      expect(messages.length + missed).toBe(published)
      const told = nodes.takeErrors().map(({ code }) => code)
      // Where Kafka takes more than a second for it, nobody leads the partition meanwhile.
      const expected = ['RECORDS_MISSED', 'TOPIC_MISSING', 'LEADER_SILENT']
      for (const code of told) expect(expected.map((each) => `ERR_KAFKA_${each}`)).toContain(code)
      const isReason = (code) => !code.endsWith('LEADER_SILENT')
      expect(told.filter(isReason).length).toBeGreaterThan(0)
    })
  })
}

/** One or more: for a node, a broker that is slow to start may be gone again for a moment. */
function expectDisconnections(errors) {
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'ERR_KAFKA_DISCONNECTED', retriable: true })
  }
}
