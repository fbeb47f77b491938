'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { installPlugin, installServer } = require('../../harness/deepstream/install')
const { inOneOf } = require('../support/attempts')
const { deadAddress } = require('../support/fake-servers')
const { eventScenarios } = require('./scenarios/events')
const { listeningScenarios } = require('./scenarios/listening')
const { modernHealthScenarios } = require('./scenarios/modern-health')
const { modernMembershipScenarios } = require('./scenarios/modern-membership')
const { modernRecordScenarios } = require('./scenarios/modern-records')
const { payloadScenarios } = require('./scenarios/payloads')
const { presenceScenarios } = require('./scenarios/presence')
const { deletionScenarios, recordScenarios } = require('./scenarios/records')
const {
  providerErrorScenarios,
  rejectionScenarios,
  rpcScenarios,
  rpcTimeoutScenarios
} = require('./scenarios/rpc')
const { expectStart, useBus, useCluster } = require('./support/fixture')

const run = promisify(execFile)
const ROOT = path.join(__dirname, '..', '..')
const VERSION = '7.0.2'

jest.setTimeout(60000)

const bus = useBus()

describe('a cluster of three deepstream 7.0.2 servers', () => {
  const fixture = useCluster(bus, {
    version: VERSION,
    servers: 3,
    nameOf: (number) => `Zürich/東京 ${number}`,
    config: { rpc: { ackTimeout: 1500, responseTimeout: 1500 } }
  })

  eventScenarios(fixture)
  recordScenarios(fixture)
  modernRecordScenarios(fixture)
  deletionScenarios(fixture)
  rpcScenarios(fixture)
  rejectionScenarios(fixture)
  providerErrorScenarios(fixture)
  listeningScenarios(fixture)
  presenceScenarios(fixture)
  payloadScenarios(fixture)
  rpcTimeoutScenarios(fixture)
  modernHealthScenarios(fixture)
})

describe('deepstream 7.0.2', () => {
  modernMembershipScenarios(bus, VERSION)

  test('servers start on a bus that nobody has used before, within its own limit of two seconds', async () => {
    await expectStart(bus, { version: VERSION, config: { dependencyInitializationTimeout: 2000 } })
  })

  describe('that cannot have its cluster node', () => {
    /** @returns {Promise<string>} why the server did not start, with what it logged */
    async function failure(options, config, source = ROOT) {
      const plugin = { ...bus.current.plugin(), options, source }
      const start = DeepstreamCluster.start({ version: VERSION, servers: 1, plugin, config })
      const outcome = await start.then(
        (cluster) => cluster.stop(),
        (error) => error.message
      )
      expect(outcome).toEqual(expect.any(String))
      return outcome
    }

    test('a server with wrong options ends and names the option', async () => {
      expect(await failure({})).toContain('Missing config parameter "connectionString"')
      const misspelt = { connectionString: 'a:9092', topik: 'a' }
      expect(await failure(misspelt)).toContain('Unknown option "topik". Did you mean topic?')
      const unset = { connectionString: '${KAFKA_HOST_THAT_NOBODY_SETS}' }
      expect(await failure(unset)).toContain('that variable is not set')
    })

    test('a server without the native addon ends and says why there is none', async () => {
      const source = fs.mkdtempSync(path.join(os.tmpdir(), 'without-addon-'))
      try {
        const isNoAddon = (file) => !file.endsWith('.node')
        for (const part of ['package.json', 'index.js', 'cluster-node.js', 'lib', 'native.js']) {
          fs.cpSync(path.join(ROOT, part), path.join(source, part), {
            recursive: true,
            filter: isNoAddon
          })
        }
        const message = await failure({ connectionString: 'a:9092' }, undefined, source)
        expect(message).toContain('The native addon of deepstream.io-msg-kafka has not been built')
      } finally {
        fs.rmSync(source, { recursive: true })
      }
    })

    test('a server without a broker says why, waits, and ends when deepstream gives up', async () => {
      const connectionString = await deadAddress()
      const config = { dependencyInitializationTimeout: 4000 }
      const warning = `KAFKA_CLUSTER_NODE | PLUGIN_ERROR | ERR_KAFKA_NO_BROKER: No Kafka broker listens at`
      await inOneOf(3, async () => {
        const message = await failure({ connectionString }, config)
        expect(message).toContain(`${warning} ${connectionString}`)
        expect(message).toContain("clusterNode wasn't initialised in time")
      })
    })
  })

  test('servers find the cluster node by the name kafka, with the companion package', async () => {
    await installPlugin(VERSION, ROOT) // what the companion depends on
    const plugin = {
      ...bus.current.plugin(),
      source: path.join(ROOT, 'packages', 'deepstream.io-clusternode-kafka'),
      clusterNode: { name: 'kafka', path: undefined }
    }
    await expectReady(plugin)
  })

  test('servers take the cluster node from server.set(), as the default export of the package', async () => {
    const plugin = { ...bus.current.plugin(), givenBy: 'set' }
    await expectReady(plugin)
  })

  test('the declarations fit those of @deepstream/types', async () => {
    await installServer(VERSION)
    const project = path.join(ROOT, '__test__', 'types', 'cluster-node')
    await run(path.join(ROOT, 'node_modules', '.bin', 'tsc'), ['--project', project])
  })

  /** Starts two servers with the plugin, which has to become their cluster node. */
  async function expectReady(plugin) {
    const cluster = await DeepstreamCluster.start({ version: VERSION, servers: 2, plugin })
    try {
      for (const server of cluster.servers) {
        expect(server.logs).toMatch(/clusterNode ready: Apache Kafka cluster node/)
      }
    } finally {
      await cluster.stop()
    }
  }
})
