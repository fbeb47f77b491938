'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { startBus } = require('../../harness/deepstream/bus')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { writeConfigFile } = require('../../harness/deepstream/config-file')
const { factsOf, folderOf } = require('../../harness/deepstream/versions')
const { freePorts } = require('../../harness/kafka/ports')
const { eventually } = require('../../harness/eventually')
const { Child, ROOT } = require('../support/child')

jest.setTimeout(60000)

/** How long the others may count on a server that took its leave; usually it is some ms. */
const AT_ONCE_MS = 1000
/** Longer than any test: a server that is dropped nevertheless has told that it leaves. */
const NO_TIMEOUT_MS = 3600000
const REGISTRY = {
  legacy: { clusterNodeInactiveTimeout: NO_TIMEOUT_MS },
  modern: {
    clusterRegistry: {
      type: 'default',
      options: { keepAliveInterval: 400, nodeInactiveTimeout: NO_TIMEOUT_MS }
    }
  }
}

let bus
beforeAll(async () => {
  bus = await startBus()
}, 300000)
afterAll(() => bus?.stop())

describe.each([
  ['1.1.1', 'SIGTERM'],
  ['1.1.1', 'SIGINT'],
  ['2.4.1', 'SIGINT'],
  ['5.2.6', 'SIGINT'],
  ['7.0.2', 'SIGINT']
])('deepstream %s by its own command, as README.md has it, which %s ends', (version, signal) => {
  let cluster
  let child
  let configFile
  afterEach(async () => {
    await child?.end()
    await cluster?.stop()
    if (configFile) fs.rmSync(path.dirname(configFile), { recursive: true })
  })

  test('is a member of the cluster, and dropped at once', async () => {
    const plugin = bus.plugin()
    const { era } = factsOf(version)
    cluster = await DeepstreamCluster.start({ version, servers: 1, plugin, config: REGISTRY[era] })
    const [port] = await freePorts(1)
    const name = 'by-command'
    configFile = writeConfigFile({
      version,
      name,
      port,
      plugin: { ...plugin, package: 'deepstream.io-msg-kafka' },
      // Without the test's own cache, which only the harness can reach.
      config: era === 'modern' ? { cache: undefined } : { plugins: { message: plugin } }
    })
    child = new Child([...command(era), '-c', configFile], {}, folderOf(version))
    const known = () => cluster.servers[0].nodes()
    await eventually(async () => (await known()).includes(name), { timeoutMs: 20000 }).catch(
      (error) => {
        throw new Error(`${child.lines.join('\n')}${child.stderr}`, { cause: error })
      }
    )
    const client = await cluster.connect({ port })
    client.close()

    child.kill(signal)

    await child.ended()
    await eventually(async () => !(await known()).includes(name), { timeoutMs: AT_ONCE_MS })
  })
})

/** @returns {string[]} the arguments of node */
function command(era) {
  if (era === 'modern') return ['node_modules/.bin/deepstream', 'start']
  const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')
  const [, args] = /^node (--require .*old-deepstream\.js .* start)$/m.exec(readme)
  return args.split(' ')
}
