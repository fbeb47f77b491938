'use strict'

const { useChildren } = require('../../support/child')
const { deadAddress } = require('../../support/fake-servers')
const { useNodes, collect, filled } = require('../../support/nodes')

/** The end of processes and worker threads: F11 and F12 */
module.exports = function processesSuite(broker) {
  describe('processes', () => {
    const nodes = useNodes({
      get connectionString() {
        return broker.shared
      },
      createTopic: (topic) => broker.createTopic?.(topic)
    })
    const runChild = useChildren()

    function run(code, options = {}) {
      const { topic } = nodes
      return runChild({ connectionString: broker.shared, topic, ...options }, code)
    }

    /** Code that runs when a connector has told that it finds no broker. */
    function whenTold(code) {
      return `process.on('warning', (warning) => warning.code === 'ERR_KAFKA_NO_BROKER' && ${code})`
    }

    test('F11 the process ends by itself after close', async () => {
      const child = run(`
        const node = new MessageConnector(options)
        node.on('ready', () => node.close())
        node.on('close', () => tell('closed'))
        node.subscribe('E', () => {})
      `)
      expect(await child.ended()).toBe(0)
      expect(child.lines).toEqual(['closed'])
    })

    test('F11 the process ends by itself when it closes before it is ready', async () => {
      const child = run(`
        const node = new MessageConnector(options)
        node.on('close', () => tell('closed'))
        node.close()
      `)
      expect(await child.ended()).toBe(0)
      expect(child.lines).toEqual(['closed'])
    })

    test('F11 the process ends by itself after close when no broker is there', async () => {
      const connectionString = await deadAddress()
      const child = run(
        `
        const node = new MessageConnector(options)
        node.on('error', () => {})
        node.on('close', () => tell('closed'))
        node.publish('E', 1)
        ${whenTold('node.close()')}
        `,
        { connectionString, flushTimeoutMs: 300 }
      )
      expect(await child.ended()).toBe(0)
      expect(child.lines).toEqual(['closed'])
    })

    test('F11 the process lives while the connector connects, and not because it is ready', async () => {
      const child = run(`
        const node = new MessageConnector(options)
        node.on('ready', () => tell('ready'))
      `)
      expect(await child.ended()).toBe(0)
      expect(child.lines).toEqual(['ready'])
    })

    const LEAVE = "process.on('exit', () => node.publish('CL', 'leave'))"

    test.each([
      ['process.exit', `node.on('ready', () => process.exit(0))`, 0],
      ['the end of the event loop', '', 0],
      ['an uncaught exception', `node.on('ready', () => { throw new Error('mine') })`, 1],
      [
        'an unhandled rejection',
        `node.on('ready', () => { Promise.reject(new Error('mine')) })`,
        1
      ],
      ['exit in a callback', `node.on('ready', () => setImmediate(() => process.exit(3)))`, 3]
    ])('F12 a message published in an exit listener arrives after %s', async (_, code, exit) => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'CL')
      const child = run(`const node = new MessageConnector(options);${LEAVE};${code}`)
      expect(await child.ended()).toBe(exit)
      expect(await filled(messages, 1)).toEqual(['leave'])
    })

    test('F12 messages published just before process.exit arrive', async () => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'CL')
      const child = run(`
        const node = new MessageConnector(options)
        node.on('ready', () => {
          for (let n = 0; n < 1000; n++) node.publish('CL', n)
          process.exit(0)
        })
      `)
      expect(await child.ended()).toBe(0)
      await filled(messages, 1000)
      expect(messages).toEqual(Array.from({ length: 1000 }, (_, n) => n))
    })

    test('F12 an exit listener that is older than the connector publishes as well', async () => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'CL')
      const child = run(`
        let node
        ${LEAVE}
        node = new MessageConnector(options)
        node.on('ready', () => process.exit(0))
      `)
      expect(await child.ended()).toBe(0)
      expect(await filled(messages, 1)).toEqual(['leave'])
    })

    test('F12 a process that was never connected exits in bounded time', async () => {
      const connectionString = await deadAddress()
      const child = run(
        `
        const node = new MessageConnector(options)
        ${LEAVE}
        ${whenTold('process.exit(0)')}
        `,
        { connectionString, flushTimeoutMs: 500 }
      )
      expect(await child.ended()).toBe(0) // the helper does not wait for ever
    })

    test('F12 a process that exits with many connectors waits for all of them only once', async () => {
      const connectionString = await deadAddress()
      const child = run(
        `
        let start
        process.on('exit', () => (start = performance.now()))
        for (let n = 0; n < 10; n++) {
          const node = new MessageConnector(options)
          ${LEAVE}
        }
        process.on('exit', () => tell(Math.round(performance.now() - start)))
        ${whenTold('process.exit(0)')}
        `,
        { connectionString, flushTimeoutMs: 1000 }
      )
      expect(await child.ended()).toBe(0)
      const tookMs = Number(child.lines[0])
      expect(tookMs).toBeGreaterThan(990)
      expect(tookMs).toBeLessThan(10 * 1000) // as long as one after the other takes at least
    })

    test('F13 a worker thread can have a connector, and may be terminated at any moment', async () => {
      const [peer] = await nodes.start(1)
      const flood = setInterval(() => {
        for (let n = 0; n < 100; n++) peer.publish('E', { n, text: 'x'.repeat(100) })
      }, 5)
      const child = run(`
        const { Worker } = require('worker_threads')
        const { once } = require('events')
        const code = \`
          const { workerData, parentPort } = require('worker_threads')
          const MessageConnector = require(workerData.root)
          const node = new MessageConnector(workerData.options)
          node.subscribe('E', (message) => node.publish('F', message))
          node.on('ready', () => parentPort.postMessage('ready'))
          setInterval(() => node.publish('F', 'x'), 1)
        \`
        async function main() {
          for (let n = 0; n < 10; n++) {
            const workerData = { root: process.cwd(), options }
            const worker = new Worker(code, { eval: true, workerData })
            await once(worker, n % 2 ? 'message' : 'online')
            await new Promise((resolve) => setTimeout(resolve, n * 10))
            await worker.terminate()
          }
          tell('survived')
        }
        main()
      `)
      try {
        expect(await child.ended(90000)).toBe(0)
      } finally {
        clearInterval(flood)
      }
      expect(child.lines).toEqual(['survived'])
    })

    test('F13 a worker thread ends by itself after close', async () => {
      const child = run(`
        const { Worker } = require('worker_threads')
        const code = \`
          const { workerData } = require('worker_threads')
          const MessageConnector = require(workerData.root)
          const node = new MessageConnector(workerData.options)
          node.on('ready', () => node.close())
        \`
        const worker = new Worker(code, { eval: true, workerData: { root: process.cwd(), options } })
        worker.on('exit', (code) => tell('exit ' + code))
      `)
      expect(await child.ended()).toBe(0)
      expect(child.lines).toEqual(['exit 0'])
    })

    test('F12 a message published in an exit listener of a worker thread arrives', async () => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'CL')
      const child = run(`
        const { Worker } = require('worker_threads')
        const code = \`
          const { workerData } = require('worker_threads')
          const MessageConnector = require(workerData.root)
          const node = new MessageConnector(workerData.options)
          process.on('exit', () => node.publish('CL', 'leave'))
          node.on('ready', () => process.exit(0))
        \`
        new Worker(code, { eval: true, workerData: { root: process.cwd(), options } })
      `)
      expect(await child.ended()).toBe(0)
      expect(await filled(messages, 1)).toEqual(['leave'])
    })
  })
}
