'use strict'

const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { useChildren } = require('../support/child')
const { useNodes, ready, collect, filled, settled, unique } = require('../support/nodes')

// The proxies have to be in front of a broker that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

/** What closing may take for undelivered messages, in milliseconds. */
const FLUSH_MS = 1000
/** Closing and exit are over by then, also on a busy machine: nothing waits for a time-out of the network. */
const BOUND_MS = FLUSH_MS + 3000

const broker = { connectionString: '', cluster: undefined }
beforeAll(async () => {
  broker.cluster = await KafkaCluster.start({ security: true, entrances: 2, tlsEntrances: 1 })
  broker.connectionString = broker.cluster.connectionString
}, 180000)
afterAll(() => broker.cluster?.stop())

afterEach(() => Promise.all(broker.cluster.entrances.map(({ proxies }) => proxies[0].pass())))
const nodes = useNodes(broker)
const run = useChildren()

/** What happens to the link, by how a person would say it. */
const FAULTS = {
  'is frozen in both directions': (proxy) => proxy.directions.forEach((each) => each.freeze()),
  'is frozen towards the broker': (proxy) => proxy.up.freeze(),
  'is frozen towards the server': (proxy) => proxy.down.freeze(),
  'is very slow': (proxy) => proxy.directions.forEach((each) => each.limit(5000)),
  'was cut and refuses connections': (proxy) => {
    proxy.refuse()
    proxy.cut()
  },
  'was reset and is frozen': (proxy) => {
    for (const each of proxy.directions) each.freeze()
    proxy.reset()
  }
}

/** The code of a process whose link is bad: what it does is told, and how long that took. */
const CHILD = `
  const node = new MessageConnector(options.connector)
  node.on('error', () => {})
  process.on('warning', () => {})
  const go = () => {
    // What the parent says keeps no process alive.
    process.stdin.destroy()
    // More than the link carries in the time.
    for (let n = 0; n < 20; n++) node.publish('E', 'x'.repeat(options.length))
    const start = performance.now()
    if (options.way === 'exit') {
      process.on('exit', () => tell('took ' + (performance.now() - start)))
      process.exit()
    }
    node.on('close', () => tell('took ' + (performance.now() - start)))
    node.close()
  }
  node.on('ready', () => tell('ready'))
  if (options.isEarly) go()
  else process.stdin.once('data', go)
`

describe.each(['TLS', 'plaintext'])('over %s', (protocol) => {
  const entrance = () => broker.cluster.entrances[protocol === 'TLS' ? 0 : 1]
  const proxy = () => entrance().proxies[0]

  /** Options of a connector whose link may be bad. */
  function options(more) {
    const { connectionString } = entrance()
    const kafka = protocol === 'TLS' && {
      'security.protocol': 'ssl',
      'ssl.ca.location': broker.cluster.certificates.ca
    }
    return {
      connectionString,
      topic: nodes.topic,
      flushTimeoutMs: FLUSH_MS,
      kafka: { ...kafka },
      ...more
    }
  }

  function start(way, more) {
    const connector = { ...options(), clientId: unique('child') }
    return run({ connector, way, length: 10000, ...more }, CHILD)
  }

  /** Expects the child to have done it in time, and to end. */
  async function expectBounded(child) {
    const said = await child.said(/^took /)
    expect(Number(said.split(' ')[1])).toBeLessThan(BOUND_MS)
    const start = performance.now()
    expect(await child.ended()).toBe(0)
    // What ends after JavaScript has, threads among it.
    expect(performance.now() - start).toBeLessThan(BOUND_MS)
  }

  test.each(Object.keys(FAULTS))(
    'close() and exit stay bounded while the link %s',
    async (fault) => {
      await nodes.start(1)
      const children = ['close', 'exit'].map((way) => start(way))
      await Promise.all(children.map((child) => child.said('ready')))
      FAULTS[fault](proxy())
      for (const child of children) child.tell('go')
      await Promise.all(children.map(expectBounded))
    }
  )

  test('close() and exit stay bounded while nobody answers the first connection', async () => {
    for (const direction of proxy().directions) direction.freeze()
    const children = ['close', 'exit'].map((way) => start(way, { isEarly: true }))
    await Promise.all(children.map(expectBounded))
  })

  test('a big message and small ones get through a link that is slow, late, and reset meanwhile', async () => {
    const [near] = await nodes.start(1)
    const far = nodes.create(options())
    await ready(far)
    await settled(near, far)
    const messages = collect(near, 'E')
    const big = 'big'.repeat(300000)
    const { up } = proxy()
    for (const direction of proxy().directions) direction.delay(50)
    up.limit(600000)
    const half = up.passedBytes + 400000
    far.publish('E', big)
    far.publish('E', 'small')
    await eventually(() => up.passedBytes > half, { intervalMs: 10, message: 'half of it' })
    proxy().reset()
    await filled(messages, 2, 60000)
    await proxy().pass()
    await settled(far, near)
    expect(messages.map((message) => (message === big ? 'big' : message))).toEqual(['big', 'small'])
    const codes = new Set(nodes.takeErrors().map(({ code }) => code))
    for (const outage of ['ERR_KAFKA_DISCONNECTED', 'ERR_KAFKA_LEADER_SILENT']) codes.delete(outage)
    expect([...codes]).toEqual([])
  })
})
