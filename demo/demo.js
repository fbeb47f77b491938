'use strict'

/**
 * Three real deepstream servers in three processes, connected by nothing but Kafka, and a page that shows them. Environment:
 * DEEPSTREAM=7 uses deepstream 7.0.2 instead of 1.1.1; KAFKA=real three real brokers instead of the embedded one; DEMO_ONCE=1 ends
 * after the last step, with exit code 0 only if every step succeeded.
 */

const { startBus } = require('../harness/deepstream/bus')
const { DeepstreamCluster } = require('../harness/deepstream/cluster')
const { editionOf } = require('./editions')
const { invite } = require('./invitation')
const { showCall, showEvent, showRecord, showStats } = require('./steps')
const { Stage } = require('./stage')
const { bold, dim, fact, print, red } = require('./terminal')
const { Web } = require('./web')

/** A killed broker is replaced after this time; Kafka's own 9 s are long to watch. */
const BROKERS = {
  brokers: process.env.KAFKA_BROKERS ? 1 : 3,
  config: { 'broker.session.timeout.ms': 6000, 'min.insync.replicas': 2 }
}

/** What has to be ended, the latest last. */
const running = []
let isEnding = false

async function main() {
  const edition = editionOf(process.env.DEEPSTREAM)
  print(bold('deepstream over Kafka'))
  print(
    dim('  starting; the first time on a machine takes longer, because it downloads deepstream')
  )
  const bus = await startBus(process.env.KAFKA === 'real' ? 'kafka' : 'embedded', BROKERS)
  running.push(() => bus.stop())

  const plugin = bus.plugin()
  const cluster = await DeepstreamCluster.start({
    version: edition.version,
    servers: 3,
    plugin,
    nameOf: (number) => `server ${'ABC'[number - 1]}`
  })
  running.push(() => stop(cluster))
  const { servers } = cluster
  const stage = new Stage(bus, cluster, plugin.options.topic)
  for (const server of servers)
    server.ended.then(
      () => stage.isKilled(server.name) || fail(new Error(`${server.name} has ended`))
    )

  fact('message bus', `${bus.title}, ${plugin.options.connectionString}`)
  for (const { name, port, pid } of servers) {
    fact(name, `deepstream ${edition.version}, port ${port}, process ${pid}`)
  }
  const [a, b] = await Promise.all([cluster.connect(0), cluster.connect(1)])
  fact('clients', 'client A is connected to server A, client B to server B')

  await showEvent(a, b)
  await showRecord(a, b)
  await showCall(a, b, servers[0])
  await showStats(servers.slice(0, 2), edition.plugins)

  if (process.env.DEMO_ONCE) return end(0)
  running.push(() => stage.close())
  await stage.open()
  const web = new Web(stage)
  const address = await web.open()
  running.push(async () => web.close())
  invite(b, servers[0], edition, address)
}

async function stop(cluster) {
  cluster.disconnect()
  await Promise.all(cluster.running.map((server) => server.stop()))
}

/**
 * Ends everything that was started, in order.
 *
 * @param {number} exitCode becomes 1 when something does not end as it should
 */
async function end(exitCode) {
  if (isEnding) return
  isEnding = true
  process.exitCode = exitCode
  for (const stopOne of running.reverse()) {
    await stopOne().catch((error) => {
      print(red(`\nSomething did not end as it should: ${error.message}`))
      process.exitCode = 1
    })
  }
  process.exit()
}

function fail(error) {
  if (isEnding) return
  print(red(`\nThe demo failed: ${error.message}`))
  return end(1)
}

process.on('SIGINT', () => {
  if (isEnding) process.exit(130)
  print(dim('\n  stopping the servers and the broker ...'))
  end(0)
})
process.on('SIGTERM', () => end(0))
process.on('uncaughtException', fail)

main().catch(fail)
