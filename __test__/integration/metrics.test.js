'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { Registry } = require('prom-client')
const { freePorts } = require('../../harness/kafka/ports')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { eventually } = require('../../harness/eventually')
const { METRICS } = require('../../lib/metrics/metrics')
const { useChildren } = require('../support/child')
const { MessageConnector, ready } = require('../support/nodes')
const { promtool } = require('../support/promtool')
const { useBus } = require('./support/fixture')

jest.setTimeout(60000)

const MONITORING = path.join(__dirname, '..', '..', 'monitoring')
const bus = useBus()
const run = useChildren()

/** Closed after each test, the last first. */
const open = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/** Starts a server that offers metrics. */
async function startServer(version) {
  const [port] = await freePorts(1)
  const plugin = bus.current.plugin({ metrics: { port } })
  const cluster = await DeepstreamCluster.start({ version, servers: 1, plugin })
  open.push(() => cluster.stop())
  return { url: `http://127.0.0.1:${port}`, server: cluster.servers[0], options: plugin.options }
}

/** A connector that the server counts to its peers. */
async function addPeer({ metrics: _, ...options }, more) {
  const peer = new MessageConnector({ ...options, ...more })
  open.push(() => new Promise((resolve) => peer.once('close', resolve).close()))
  peer.on('error', () => {})
  await ready(peer)
  return peer
}

async function scrape(url) {
  const response = await fetch(url)
  expect(response.status).toBe(200)
  return response.text()
}

/** @returns {Set<string>} the names of all samples */
function namesIn(text) {
  return new Set([...text.matchAll(/^(\w+)[{ ]/gm)].map(([, name]) => name))
}

/** @returns {string[]} the metrics of this package that a text speaks of */
function namesMeant(text) {
  return [...new Set(text.match(/deepstream_kafka_\w+/g))]
}

test.each(['1.1.1', '7.0.2'])(
  'a server of deepstream %s that has only a config.yml is scraped, and promtool finds nothing to improve',
  async (version) => {
    const { url, server, options } = await startServer(version)
    const peer = await addPeer(options)
    peer.publish('E', { hello: 'world' })
    const text = await eventually(
      async () => {
        const text = await scrape(`${url}/metrics`)
        // A fetch that was answered late puts the link in doubt for a second.
        const signs = [
          /peer_received_messages_total{.*} [1-9]/,
          /deepstream_kafka_link{.*link="flowing"} 1/,
          /deepstream_kafka_round_trip_seconds_count{.*} [1-9]/
        ]
        return signs.every((sign) => sign.test(text)) && text
      },
      { message: 'the peer to be heard, and messages to flow' }
    )

    expect(await promtool(['check', 'metrics'], text)).toBe('')
    expect(text).toMatch(/deepstream_kafka_state{.*state="ready"} 1/)
    for (const page of ['healthz', 'readyz'])
      expect(JSON.parse(await scrape(`${url}/${page}`))).toEqual({ ok: true })

    // What the dashboard and the alerts ask for is there.
    for (const file of ['alerts.yml', 'grafana.json']) {
      const meant = namesMeant(fs.readFileSync(path.join(MONITORING, file), 'utf8'))
      expect(meant.length).toBeGreaterThan(9)
      expect([...namesIn(text)]).toEqual(expect.arrayContaining(meant))
    }

    await server.stop()
    await expect(fetch(`${url}/readyz`)).rejects.toThrow()
  }
)

test('a port in use is a warning that names it, and the server starts and goes on', async () => {
  const first = await startServer('7.0.2')
  const second = await DeepstreamCluster.start({
    version: '7.0.2',
    servers: 1,
    plugin: bus.current.plugin({ metrics: first.options.metrics })
  })
  open.push(() => second.stop())
  const [server] = second.servers
  expect(server.logs).toMatch(
    `PLUGIN_ERROR | ERR_KAFKA_METRICS: Metrics cannot be served on port ${first.options.metrics.port} of 127.0.0.1: the ` +
      'port is in use.'
  )
  await eventually(async () => (await server.stats()).link === 'flowing')
})

test('connectors of one process serve metrics each on its own port, and again after they were closed', async () => {
  const { connectionString, topic } = bus.current.plugin().options
  const options = { connectionString, topic, metrics: { port: 0 } }
  const connectors = [new MessageConnector(options), new MessageConnector(options)]
  for (const connector of connectors) {
    open.push(() => new Promise((resolve) => connector.once('close', resolve).close()))
    await ready(connector)
  }
  const [first, second] = connectors
  expect(first.metricsUrl).not.toBe(second.metricsUrl)
  for (const { metricsUrl } of connectors)
    expect(await scrape(metricsUrl)).toContain('deepstream_kafka_build_info')

  const { metricsUrl } = first
  await new Promise((resolve) => first.once('close', resolve).close())
  expect(first.metricsUrl).toBeUndefined()
  await expect(fetch(metricsUrl)).rejects.toThrow()
  first.init()
  await ready(first)
  expect(await scrape(first.metricsUrl)).toMatch(/state="ready"} 1/)
})

test('a process ends by itself while its metrics are served and somebody is connected', async () => {
  const child = run(
    { ...bus.current.plugin().options, metrics: { port: 0 } },
    `const http = require('http')
    const connector = new MessageConnector(options)
    connector.once('ready', () => {
      const agent = new http.Agent({ keepAlive: true })
      http.get(connector.metricsUrl, { agent }, (response) => response.resume().on('end', () => tell('scraped')))
    })`
  )
  await child.said('scraped')
  // An idle connection would be closed after 5 s.
  expect(await child.ended(3000)).toBe(0)
})

test('an application’s own registry has the metrics of all its connectors, with all the fields of stats()', async () => {
  const { options } = bus.current.plugin()
  const connectors = [await addPeer(options, { clientId: 'a' }), await addPeer(options)]
  const registry = new Registry()
  for (const connector of connectors) connector.collect(registry)
  const text = await registry.metrics()
  for (const connector of connectors)
    expect(text).toContain(
      `build_info{topic="${options.topic}",sender="${connector.stats().sender}"`
    )

  const read = new Set()
  const stats = new Proxy(connectors[0].stats(), {
    get: (target, name) => read.add(name) && target[name]
  })
  for (const metric of METRICS) metric.read(stats)
  // These two are labels.
  expect([...read, 'sender', 'topic'].sort()).toEqual(Object.keys(connectors[0].stats()).sort())
})
