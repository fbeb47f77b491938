'use strict'

const os = require('node:os')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { startBus } = require('../../harness/deepstream/bus')
const { eventually } = require('../../harness/eventually')

jest.setTimeout(120000)

const VERSION = '7.0.2'

/** Both servers have told by then that they have the same name, as promised. */
const TOLD_WITHIN_MS = 10000

/** deepstream's own settings: a server that nobody uses says nothing but its status, every 5 s. */
const DEFAULT_CONFIG = { clusterRegistry: { type: 'default', options: {} } }

describe('deepstream servers with one serverName', () => {
  let bus
  let cluster
  beforeAll(async () => {
    bus = await startBus()
  }, 300000)
  afterEach(async () => {
    await cluster?.stop()
    cluster = undefined
  })
  afterAll(() => bus?.stop())

  async function start(options) {
    cluster = await DeepstreamCluster.start({
      version: VERSION,
      servers: 1,
      nameOf: () => 'same',
      plugin: bus.plugin(),
      ...options
    })
  }

  /** What each server logs of others with its name. */
  const told = () =>
    cluster.servers.map(({ logs }) => logs.match(/ERR_KAFKA_NAME_TAKEN: .*/g) ?? [])

  test('are told of each other within 10 s, and where to find each other', async () => {
    await start({ config: DEFAULT_CONFIG })
    await cluster.add()
    await eventually(() => told().every(({ length }) => length > 0), {
      timeoutMs: TOLD_WITHIN_MS,
      message: 'both servers to tell'
    })
    const [[first], [second]] = told()
    const placeOf = ({ pid }) => `It runs on the host ${os.hostname()}, process ${pid}.`
    expect(first).toContain(placeOf(cluster.servers[1]))
    expect(second).toContain(placeOf(cluster.servers[0]))
    // Nobody ends by it.
    expect(cluster.running).toHaveLength(2)
  })

  test('are told if there are three of them', async () => {
    await start()
    await cluster.add(2)
    await eventually(() => told().every(({ length }) => length > 0), {
      timeoutMs: TOLD_WITHIN_MS,
      message: 'all servers to tell'
    })
  })

  test('that are one server, killed under traffic and started again, are not told', async () => {
    await start()
    const client = await cluster.connect(0)
    let count = 0
    const timer = setInterval(() => client.event.emit('event', count++), 1)
    try {
      await eventually(() => count > 200)
      await cluster.servers[0].kill()
    } finally {
      clearInterval(timer)
    }
    const again = await cluster.add()
    await eventually(async () => (await again.stats()).received > 10, { timeoutMs: 30000 })
    expect(told()).toEqual([[], []])
  })
})
