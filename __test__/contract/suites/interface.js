'use strict'

const { EventEmitter } = require('node:events')
const packageJson = require('../../../package.json')
const { inOneOf } = require('../../support/attempts')
const { MessageConnector, useNodes, ready } = require('../../support/nodes')

/** F1 to F4 */
module.exports = function interfaceSuite(broker) {
  describe('interface', () => {
    const nodes = useNodes(broker)

    test('F1 the module is a class of event emitters', () => {
      const node = nodes.create()
      expect(node).toBeInstanceOf(EventEmitter)
      expect(node).toBeInstanceOf(MessageConnector)
      for (const method of ['publish', 'subscribe', 'unsubscribe', 'init', 'close', 'stats']) {
        expect(typeof node[method]).toBe('function')
      }
      expect(() => MessageConnector({ connectionString: 'embedded' })).toThrow(TypeError)
    })

    test.each([[undefined], [null], ['gibberish'], [{}], [{ connectionString: 9092 }]])(
      'F2 options without a connectionString are refused in the words of the original: %p',
      (options) => {
        const create = () => new MessageConnector(options)
        expect(create).toThrow('Missing config parameter "connectionString"')
      }
    )

    test.each([[null], [undefined], ['']])(
      'F2 the clientId %p stands for a random one',
      async (clientId) => {
        const [a, b] = await nodes.start(2, { clientId })
        expect(a.stats().sender).not.toBe(b.stats().sender)
        expect(a.stats().sender).not.toBe('')
      }
    )

    test('F3 isReady, type, description, name and version are there and writable', () => {
      const node = nodes.create()
      const { name, version } = packageJson
      expect(node).toMatchObject({ isReady: false, name, version })
      expect(node.type).toContain(version)
      expect(node.description).toContain(version)
      for (const property of ['type', 'description', 'name', 'version']) {
        node[property] = 'mine'
        expect(node[property]).toBe('mine')
      }
    })

    test('F3 what it holds besides is not enumerable', () => {
      const known = ['isReady', 'name', 'version', 'type', 'description']
      const emitter = Object.keys(new EventEmitter())
      expect(
        Object.keys(nodes.create())
          .filter((key) => !emitter.includes(key))
          .sort()
      ).toEqual(known.sort())
    })

    test('F4 nothing is emitted before the tick of the construction is over', async () => {
      const node = nodes.create()
      let isSync = true
      const early = []
      for (const event of ['ready', 'error', 'close'])
        node.on(event, () => isSync && early.push(event))
      const until = performance.now() + 300
      while (performance.now() < until);
      expect(node.isReady).toBe(false)
      isSync = false
      await ready(node)
      expect(early).toEqual([])
    })

    test('F4 it is ready before deepstream gives up after 2 s', async () => {
      await nodes.start(1) // creates the Kafka topic
      await inOneOf(3, async () => {
        const start = performance.now()
        await nodes.start(1)
        expect(performance.now() - start).toBeLessThan(2000)
      })
    })

    test('F4 a listener attached some ticks after the construction hears of ready', async () => {
      const node = nodes.create()
      await new Promise((resolve) => setImmediate(resolve))
      await ready(node)
      expect(node.isReady).toBe(true)
    })

    test('F4 isReady is true when ready is emitted', async () => {
      const node = nodes.create()
      const isReady = await new Promise((resolve) =>
        node.once('ready', () => resolve(node.isReady))
      )
      expect(isReady).toBe(true)
    })

    test('F4 init while it connects and while it is ready does nothing', async () => {
      const node = nodes.create()
      let readies = 0
      node.on('ready', () => readies++)
      node.init()
      node.init()
      await ready(node)
      node.init()
      expect(node.isReady).toBe(true)
      await nodes.start(1) // as long as another connection takes
      expect(readies).toBe(1)
    })
  })
}
