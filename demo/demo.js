'use strict'

/**
 * Two real deepstream servers in two processes, connected by nothing but Kafka, and a client at
 * each. Environment: DEEPSTREAM=7 uses deepstream 7.0.2 instead of 1.1.1; KAFKA=real a real broker
 * instead of the embedded one; DEMO_ONCE=1 ends after the last step, with exit code 0 only if every
 * step succeeded.
 */

const { startBus } = require('../harness/deepstream/bus')
const { DeepstreamCluster } = require('../harness/deepstream/cluster')
const { editionOf } = require('./editions')
const { invite } = require('./invitation')
const { showCall, showEvent, showRecord, showStats } = require('./steps')
const { bold, dim, fact, print, red } = require('./terminal')

/** What has to be ended, the latest last. */
const running = []
let isEnding = false

async function main() {
  const edition = editionOf(process.env.DEEPSTREAM)
  print(bold('deepstream over Kafka'))
  print(
    dim('  starting; the first time on a machine takes longer, because it downloads deepstream')
  )
  const bus = await startBus(process.env.KAFKA === 'real' ? 'kafka' : 'embedded')
  running.push(() => bus.stop())

  const plugin = bus.plugin()
  const cluster = await DeepstreamCluster.start({
    version: edition.version,
    servers: 2,
    plugin,
    nameOf: (number) => `server ${'AB'[number - 1]}`
  })
  running.push(() => stop(cluster))
  const { servers } = cluster
  for (const server of servers) server.ended.then(() => fail(new Error(`${server.name} has ended`)))

  fact('message bus', `${bus.title}, ${plugin.options.connectionString}`)
  for (const { name, port, pid } of servers) {
    fact(name, `deepstream ${edition.version}, port ${port}, process ${pid}`)
  }
  const [a, b] = await Promise.all([cluster.connect(0), cluster.connect(1)])
  fact('clients', 'client A is connected to server A, client B to server B')

  await showEvent(a, b)
  await showRecord(a, b)
  await showCall(a, b, servers[0])
  await showStats(servers, edition.plugins)

  if (process.env.DEMO_ONCE) return end(0)
  invite(b, servers[0], edition)
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
