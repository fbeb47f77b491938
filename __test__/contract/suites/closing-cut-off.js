'use strict'

const { useChildren } = require('../../support/child')
const { deadAddress } = require('../../support/fake-servers')
const { useNodes, collect, filled, onceWithin } = require('../../support/nodes')

/** How long a broker may take to start and to be found again on a busy machine, in milliseconds. */
const RETURN_MS = 60000

/** F11 and F13, closing while the broker is away, which only a real one can be */
module.exports = function closingCutOffSuite(broker) {
  if (!broker.isReal) return

  describe('closing during an outage', () => {
    const nodes = useNodes(broker)
    const runChild = useChildren()
    // A test that fails in the middle must not take the others with it.
    afterEach(async () => {
      const [kafka] = broker.cluster.brokers
      if (!kafka.isRunning) await kafka.start()
    })

    test('F11 what waits when close is called is delivered when the broker comes back in time', async () => {
      const [kafka] = broker.cluster.brokers
      const [sender, receiver] = await nodes.start(2, { flushTimeoutMs: RETURN_MS })
      const messages = collect(receiver, 'E')
      await kafka.stop()
      await nodes.takeErrorsWith('ERR_KAFKA_DISCONNECTED', 2)
      for (let n = 0; n < 10; n++) sender.publish('E', n)
      const closed = onceWithin(sender, 'close', 2 * RETURN_MS)
      sender.close()
      await kafka.start()
      await closed
      expect(await filled(messages, 10, RETURN_MS)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      expect(sender.stats()).toMatchObject({ published: 10, publishFailed: 0, undelivered: 0 })
      // One or more disconnections, but no ERR_KAFKA_FLUSH_TIMEOUT.
      const others = nodes.takeErrors().filter(({ code }) => code !== 'ERR_KAFKA_DISCONNECTED')
      expect(others).toEqual([])
    })

    test.each([
      ['was never there', false],
      ['is paused', true]
    ])(
      'F13 a worker that closes while the broker %s can be terminated at once',
      async (_, isThere) => {
        const [kafka] = broker.cluster.brokers
        const { topic } = nodes
        const connectionString = isThere ? broker.connectionString : await deadAddress()
        const options = { connectionString, topic, flushTimeoutMs: 8000 }
        const child = runChild(
          options,
          `
        const { Worker } = require('worker_threads')
        const code = \`
          const { workerData, parentPort } = require('worker_threads')
          const MessageConnector = require(workerData.root)
          const node = new MessageConnector(workerData.options)
          node.on('ready', () => parentPort.postMessage('ready'))
          node.on('error', () => {})
          node.on('close', () => parentPort.postMessage('closed'))
          parentPort.on('message', () => {
            node.publish('E', 'x')
            node.close()
            setImmediate(() => parentPort.postMessage('closing'))
          })
        \`
        const worker = new Worker(code, { eval: true, workerData: { root: process.cwd(), options } })
        worker.on('message', async (said) => {
          tell(said)
          if (said !== 'closing') return
          const start = performance.now()
          await worker.terminate()
          tell('gone after ' + Math.round(performance.now() - start))
          process.exit(0)
        })
        worker.on('online', () => tell('online'))
        process.stdin.once('data', () => worker.postMessage('close'))
        `
        )
        await child.said(isThere ? 'ready' : 'online')
        if (isThere) kafka.pause()
        try {
          child.tell('close')
          expect(await child.ended()).toBe(0)
        } finally {
          if (isThere) kafka.resume()
        }
        expect(child.lines).not.toContain('closed')
        const [, tookMs] = /after (\d+)/.exec(child.lines.at(-1))
        expect(Number(tookMs)).toBeLessThan(3000)
      }
    )
  })
}
