'use strict'

const fs = require('node:fs')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { inOneOf } = require('../support/attempts')
const { deadAddress } = require('../support/fake-servers')
const { filled } = require('../support/nodes')
const {
  ClusterNode,
  TOPIC,
  useClusterNodes,
  collect,
  settled,
  isPending
} = require('../support/cluster-nodes')

jest.setTimeout(120000)

/** What deepstream 4 and later expect of a cluster node: C1 to C8 of docs/contract.md. */
function contract(broker) {
  const nodes = useClusterNodes(broker)

  describe('interface', () => {
    test('C1 the module is the class, and its default too', () => {
      expect(ClusterNode.default).toBe(ClusterNode)
      expect(require('../..').default).toBe(ClusterNode)
      const node = nodes.create('a')
      for (const method of ['init', 'whenReady', 'send', 'sendDirect', 'subscribe', 'close']) {
        expect(typeof node[method]).toBe('function')
      }
    })

    test('C2 its description is there and writable', () => {
      const node = nodes.create('a')
      expect(node.description).toContain(require('../../package.json').version)
      node.description = 'mine'
      expect(node.description).toBe('mine')
    })

    test.each([[{}], [undefined], [{ connectionString: 'a:9092', host: 'a' }]])(
      'C1 the wrong options %p are refused at once',
      (options) => {
        const services = { logger: {} }
        const create = () => new ClusterNode(options, services, { serverName: 'a' })
        expect(create).toThrow(expect.objectContaining({ code: 'ERR_KAFKA_OPTION' }))
      }
    )

    test('C1 without the services and the configuration of its server it says how to get them', () => {
      const options = { connectionString: broker.connectionString }
      for (const args of [[], [{}, { serverName: 'a' }], [{ logger: {} }, {}]]) {
        expect(() => new ClusterNode(options, ...args)).toThrow('server.getConfig()')
      }
    })

    test('C6 its id on the bus is the serverName, also one that Kafka would not take as a name', async () => {
      const [a, b] = await nodes.start('Zürich/東京 1', 'b')
      const received = collect(b, TOPIC.EVENT)
      a.send({ topic: TOPIC.EVENT, name: 'e' })
      expect((await filled(received, 1))[0].from).toBe('Zürich/東京 1')
      expect(a.stats()).toMatchObject({ sender: 'Zürich/東京 1', state: 'ready' })
    })

    test('C3 init and whenReady can be called at any time', async () => {
      const node = nodes.create('a')
      node.init()
      await Promise.all([node.whenReady(), node.whenReady()])
      node.init()
      await node.whenReady()
    })
  })

  describe('messages', () => {
    test('C5 a message reaches all other nodes, as it was when it was sent, with its sender', async () => {
      const [a, b, c] = await nodes.start('a', 'b', 'c')
      const received = [b, c].map((node) => collect(node, TOPIC.RECORD))
      const message = { topic: TOPIC.RECORD, data: '{"x":1}', parsedData: { x: [1, 2.5, null] } }
      const sent = structuredClone(message)

      a.send(message, 'meta data, which stay here')
      delete message.data
      message.parsedData.x.push('later')

      for (const each of received) {
        expect(await filled(each, 1)).toEqual([{ message: sent, from: 'a' }])
      }
    })

    test('C6 a direct message calls back on the named node only, and the others count it', async () => {
      const [a, b, c] = await nodes.start('a', 'b', 'c')
      const [atB, atC] = [collect(b, TOPIC.RPC), collect(c, TOPIC.RPC)]

      a.sendDirect('b', { topic: TOPIC.RPC, name: 'add' }, 'meta data')
      await settled(a, b, c)

      expect(atB).toEqual([{ message: { topic: TOPIC.RPC, name: 'add' }, from: 'a' }])
      expect(atC).toEqual([])
      expect(b.stats()).toMatchObject({ filteredDirect: 0 })
      expect(c.stats()).toMatchObject({ filteredDirect: 1 })
    })

    test('C4 a message is parsed once, whatever the number of callbacks, and a direct one on its node only', async () => {
      const [a, b, c] = await nodes.start('a', 'b', 'c')
      for (let n = 0; n < 9; n++) for (const node of [b, c]) collect(node, TOPIC.STATE_REGISTRY)
      const parse = jest.spyOn(JSON, 'parse')
      try {
        a.send({ topic: TOPIC.STATE_REGISTRY, name: 'for all' })
        a.sendDirect('b', { topic: TOPIC.STATE_REGISTRY, name: 'for b' })
        await settled(a, b, c)

        const parsed = parse.mock.calls.map(([text]) => text).join()
        expect(parsed.split('for all')).toHaveLength(1 + 2)
        expect(parsed.split('for b')).toHaveLength(1 + 1)
      } finally {
        parse.mockRestore()
      }
    })

    test('C6 own messages never come back, not even those sent to itself', async () => {
      const [a, b] = await nodes.start('a', 'b')
      const own = collect(a, TOPIC.EVENT, TOPIC.RPC)
      a.send({ topic: TOPIC.EVENT })
      a.sendDirect('a', { topic: TOPIC.RPC })
      await settled(a, b)
      await settled(b, a)
      expect(own).toEqual([])
      expect(a.stats()).toMatchObject({ filteredOwn: 3 })
    })

    test('C7 messages keep their order across topics, and across broadcast and direct', async () => {
      const [a, b, c] = await nodes.start('a', 'b', 'c')
      const topics = [TOPIC.STATE_REGISTRY, TOPIC.LOCK, TOPIC.RPC, TOPIC.EVENT]
      const [atB, atC] = [collect(b, ...topics), collect(c, ...topics)]

      for (let n = 0; n < 1000; n++) {
        const message = { topic: topics[n % topics.length], n }
        if (n % 3 === 0) a.sendDirect('b', message)
        else a.send(message)
      }
      await settled(a, b, c)

      const all = Array.from({ length: 1000 }, (_, n) => n)
      expect(atB.map(({ message }) => message.n)).toEqual(all)
      expect(atC.map(({ message }) => message.n)).toEqual(all.filter((n) => n % 3 !== 0))
    })

    test('C4 all callbacks of a topic are called, and none of another', async () => {
      const [a, b] = await nodes.start('a', 'b')
      const [first, second] = [collect(b, TOPIC.STATE_REGISTRY), collect(b, TOPIC.STATE_REGISTRY)]
      const other = collect(b, TOPIC.EVENT)
      a.send({ topic: TOPIC.STATE_REGISTRY, name: 'added' })
      await settled(a, b)
      expect([first.length, second.length, other.length]).toEqual([1, 1, 0])
    })

    test('C4 a message without a subscriber is dropped quietly', async () => {
      const [a, b] = await nodes.start('a', 'b')
      a.send({ topic: TOPIC.EVENT })
      await settled(a, b)
      expect(b.stats()).toMatchObject({ filteredUnsubscribed: 1 })
    })
  })

  describe('leaving', () => {
    test('C8 a leave message of which the others could not read whose it is has the serverName they look for', async () => {
      const [a, b] = await nodes.start('a', 'b')
      const received = collect(b, TOPIC.CLUSTER)
      const leave = { topic: TOPIC.CLUSTER, action: 1, name: 'a' }

      a.send(leave)
      a.send({ ...leave, serverName: 'mended' })

      expect((await filled(received, 2)).map(({ message }) => message)).toEqual([
        { ...leave, serverName: 'a' },
        { ...leave, serverName: 'mended' }
      ])
      expect(leave).not.toHaveProperty('serverName')
    })
  })

  describe('starting', () => {
    test('C3 what is sent and subscribed before init and ready works, in order', async () => {
      const [b] = await nodes.start('b')
      const atB = collect(b, TOPIC.CLUSTER, TOPIC.RPC, TOPIC.EVENT)
      const a = nodes.create('a')
      const atA = collect(a, TOPIC.LOCK)
      a.send({ topic: TOPIC.CLUSTER, n: 1 })
      a.sendDirect('b', { topic: TOPIC.RPC, n: 2 })
      a.init()
      const ready = a.whenReady()
      a.send({ topic: TOPIC.EVENT, n: 3 })

      await ready
      a.send({ topic: TOPIC.EVENT, n: 4 })

      await filled(atB, 4)
      expect(atB.map(({ message }) => message.n)).toEqual([1, 2, 3, 4])
      b.send({ topic: TOPIC.LOCK })
      await filled(atA, 1)
    })

    test('C7 a question asked by the first message is answered, and the answer arrives', async () => {
      const [b] = await nodes.start('b')
      b.subscribe(TOPIC.STATE_REGISTRY, (_message, from) => {
        b.sendDirect(from, { topic: TOPIC.STATE_REGISTRY, fullState: ['x'] })
      })
      for (let round = 0; round < 5; round++) {
        const a = nodes.create(`a-${round}`)
        const answers = collect(a, TOPIC.STATE_REGISTRY)
        a.sendDirect('b', { topic: TOPIC.STATE_REGISTRY })
        await a.whenReady()
        await filled(answers, 1)
      }
    })

    test('C3 without a broker it stays pending, and warns clearly', async () => {
      const connectionString = await deadAddress()
      const node = nodes.create('a', { connectionString })
      const ready = node.whenReady()

      const { message, ...entry } = await node.services.loggedAt('warn')

      expect(entry).toMatchObject({ namespace: 'KAFKA_CLUSTER_NODE', event: 'PLUGIN_ERROR' })
      expect(message).toContain('ERR_KAFKA_NO_BROKER: ')
      expect(message).toContain(connectionString)
      expect(node.services.logged.splice(0)).toHaveLength(1)
      expect(await isPending(ready)).toBe(true)
      await node.close()
      expect(await isPending(ready)).toBe(true)
    })

    test('C3 without a broker it warns before deepstream gives up after 2 s', async () => {
      const connectionString = await deadAddress()
      await inOneOf(5, async () => {
        const node = nodes.create('a', { connectionString })
        const start = performance.now()
        await node.services.loggedAt('warn')
        const took = performance.now() - start
        node.services.logged.splice(0)
        expect(took).toBeLessThan(2000)
      })
    })

    test('C3 what is too large or cannot be delivered while it starts or closes is not fatal', async () => {
      const node = nodes.create('a', { maxMessageBytes: 2000 })
      node.send({ topic: TOPIC.EVENT, data: 'x'.repeat(3000) })
      await node.whenReady()
      const { message } = await node.services.loggedAt('error')
      expect(message).toContain('ERR_KAFKA_MESSAGE_TOO_LARGE: ')
      expect(node.services.logged.splice(0)).toHaveLength(1)

      const lost = nodes.create('b', {
        connectionString: await deadAddress(),
        flushTimeoutMs: 300
      })
      lost.send({ topic: TOPIC.EVENT })
      await lost.close()
      expect(lost.services.logged.splice(0)).toMatchObject([
        { level: 'error', message: expect.stringContaining('ERR_KAFKA_FLUSH_TIMEOUT: ') }
      ])
    })
  })

  describe('closing', () => {
    test('C3 what is sent in the tick of close, after it, arrives as the last', async () => {
      const [a, b] = await nodes.start('a', 'b')
      const received = collect(b, TOPIC.EVENT, TOPIC.CLUSTER)
      a.send({ topic: TOPIC.EVENT, n: 1 })
      const closed = a.close()
      a.send({ topic: TOPIC.CLUSTER, n: 2 })
      a.sendDirect('b', { topic: TOPIC.EVENT, n: 3 })
      await closed
      await filled(received, 3)
      expect(received.map(({ message }) => message.n)).toEqual([1, 2, 3])
    })

    test('C3 afterwards it is silent, and nothing throws', async () => {
      const [a, b] = await nodes.start('a', 'b')
      const received = collect(b, TOPIC.EVENT)
      await a.close()
      const { published } = a.stats()

      a.send({ topic: TOPIC.EVENT })
      a.sendDirect('b', { topic: TOPIC.EVENT })
      a.subscribe(TOPIC.EVENT, () => {})
      await settled(b, (await nodes.start('c'))[0])

      expect(received).toEqual([])
      expect(a.stats()).toMatchObject({ state: 'closed', published })
    })

    test('C3 no callback is called after close, with messages on their way', async () => {
      const [a, b, c] = await nodes.start('a', 'b', 'c')
      let isClosed = false
      const late = []
      b.subscribe(TOPIC.EVENT, (message) => isClosed && late.push(message))
      for (let n = 0; n < 1000; n++) a.send({ topic: TOPIC.EVENT, n })
      const closed = b.close()
      isClosed = true
      b.subscribe(TOPIC.EVENT, (message) => late.push(message))
      await closed
      for (let n = 0; n < 100; n++) a.send({ topic: TOPIC.EVENT, n })
      await settled(a, c)
      expect(late).toEqual([])
    })

    test('C3 close resolves while it connects, without a broker, and again and again', async () => {
      const node = nodes.create('a', { connectionString: await deadAddress() })
      const ready = node.whenReady()
      await Promise.all([node.close(), node.close()])
      await node.close()
      expect(await isPending(ready)).toBe(true)
      expect(node.stats().state).toBe('closed')
    })

    test('C7 a new node under the name of one that closed sees nothing of old, and is heard', async () => {
      const [old, b] = await nodes.start('a', 'b')
      const atB = collect(b, TOPIC.EVENT)
      old.send({ topic: TOPIC.EVENT, n: 1 })
      b.sendDirect('a', { topic: TOPIC.RPC, n: 2 })
      await settled(b, old)
      await old.close()
      b.sendDirect('a', { topic: TOPIC.RPC, n: 3 })

      const back = nodes.create('a')
      const received = collect(back, TOPIC.RPC, TOPIC.EVENT)
      await back.whenReady()
      back.send({ topic: TOPIC.EVENT, n: 4 })
      b.sendDirect('a', { topic: TOPIC.RPC, n: 5 })

      await filled(received, 1)
      await filled(atB, 2)
      expect(received.map(({ message }) => message.n)).toEqual([5])
      expect(atB.map(({ message }) => message.n)).toEqual([1, 4])
    })
  })
}

/** Where its Redis counterpart loses messages and leaves connections behind. */
function outages(broker) {
  const nodes = useClusterNodes(broker)
  afterEach(async () => {
    const [kafka] = broker.cluster.brokers
    if (!kafka.isRunning) await kafka.start()
  })

  test('C7 a broker that stops and comes back costs no message, doubles none, and keeps the order', async () => {
    const [kafka] = broker.cluster.brokers
    const [a, b] = await nodes.start('a', 'b')
    const received = collect(b, TOPIC.EVENT, TOPIC.RPC)
    let next = 0
    const send = (count) => {
      for (let n = 0; n < count; n++) {
        if (next % 2 === 0) a.send({ topic: TOPIC.EVENT, n: next++ })
        else a.sendDirect('b', { topic: TOPIC.RPC, n: next++ })
      }
    }
    const timer = setInterval(send, 2, 1)
    try {
      send(500)
      await kafka.stop()
      for (const { services } of [a, b]) {
        const { message } = await services.loggedAt('error')
        expect(message).toContain('ERR_KAFKA_DISCONNECTED: ')
      }
      send(500)
      await kafka.start()
      send(500)
      await eventually(() => received.length > 1500, { timeoutMs: 30000 })
    } finally {
      clearInterval(timer)
    }
    await filled(received, next, 30000)

    expect(received.map(({ message }) => message.n)).toEqual(
      Array.from({ length: next }, (_, n) => n)
    )
    for (const node of [a, b]) {
      expect(node.stats()).toMatchObject({ publishFailed: 0, missed: 0 })
      // Messages may arrive a moment before it is told that they flow again.
      await eventually(() => node.services.logged.at(-1).level === 'warn')
      // One or more: for a node, a broker that is slow to start may be gone again for a moment.
      for (const { message } of node.services.logged.splice(0)) {
        expect(message).toContain('ERR_KAFKA_DISCONNECTED: ')
      }
    }
  })

  test('C3 closing ends all of its connections', async () => {
    const before = sockets()
    const [a] = await nodes.start('a')
    // By their names, because those of the tests before may still be about to end.
    const own = sockets().filter((socket) => !before.includes(socket))
    expect(own).not.toEqual([])

    await a.close()

    const left = () => own.filter((socket) => sockets().includes(socket))
    await eventually(() => left().length === 0, { message: 'its sockets to end' })
  })
}

/** @returns {string[]} the names of this process's sockets */
function sockets() {
  const files = fs.readdirSync('/proc/self/fd').map((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return 'closed by now'
    }
  })
  return files.filter((file) => file.startsWith('socket:'))
}

describe('a cluster node with the embedded broker', () => {
  contract({ connectionString: 'embedded' })
})

describe('a cluster node with Apache Kafka', () => {
  const broker = {}
  beforeAll(async () => {
    broker.cluster = await KafkaCluster.start()
    broker.connectionString = broker.cluster.connectionString
  }, 180000)
  afterAll(() => broker.cluster?.stop())

  contract(broker)
  describe('outages', () => outages(broker))
})
