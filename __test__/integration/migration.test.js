'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { startBus } = require('../../harness/deepstream/bus')
const { installPlugin } = require('../../harness/deepstream/install')
const { call } = require('../../harness/deepstream/verbs')
const { eventually } = require('../../harness/eventually')
const { hasRedis } = require('../../scripts/prerequisites')
const { useBroker } = require('../support/broker')
const { useKafkaTools } = require('../support/kafka-tools')
const { ROOT } = require('../support/child')
const { administer } = require('../support/topic-admin')
const { CommandServer } = require('./support/command-server')
const { unique } = require('./support/fixture')

// Topics are removed here that on a broker of somebody else may be in use.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

const GUIDE = fs.readFileSync(path.join(ROOT, 'docs', 'migration.md'), 'utf8')

/** @returns {string} the code in the guide that is marked by a comment before it */
function code(mark) {
  const pattern = new RegExp(`( *)<!-- ${mark} -->\\s+\`\`\`\\w+\\n(.*?)\`\`\``, 's')
  const [, indent, block] = pattern.exec(GUIDE)
  return block.replace(new RegExp(`^${indent}`, 'gm'), '')
}

const broker = useBroker()
const servers = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.end())))

/** @returns {Promise<CommandServer[]>} two servers, each with one half of the name */
async function startTwo(version, options) {
  const group = unique('group')
  const start = (number) => CommandServer.start({ version, name: `${group}-${number}`, ...options })
  const started = await Promise.all([start(1), start(2)])
  servers.push(...started)
  return started
}

/** Calls and events go from each of two servers to the other. */
async function expectCluster(pair) {
  const clients = await Promise.all(pair.map((server) => server.connect()))
  for (const [one, other] of [clients, [...clients].reverse()]) {
    const [procedure, event, received] = [unique('procedure'), unique('event'), []]
    one.rpc.provide(procedure, (data, response) => response.send(2 * data))
    one.event.subscribe(event, (data) => received.push(data))
    // Until a server knows of the other and what it has.
    const isThere = async () => (await call(other, procedure, 21)) === 42
    await eventually(isThere, { timeoutMs: 20000, message: 'a provider on the other server' })
    await eventually(() => {
      other.event.emit(event, 'hello')
      return received.length > 0
    })
  }
}

async function stop(pair) {
  await Promise.all(pair.map((server) => server.stop('SIGINT')))
}

/** What the other server of its cluster can call, a server of another cluster cannot. */
async function expectApart([one, other], stranger) {
  const [provider, ...callers] = await Promise.all(
    [one, other, stranger].map((server) => server.connect())
  )
  const procedure = unique('procedure')
  provider.rpc.provide(procedure, (data, response) => response.send(data))
  await eventually(async () => (await call(callers[0], procedure, 1)) === 1)
  await expect(call(callers[1], procedure, 1)).rejects.toThrow('NO_RPC_PROVIDER')
}

describe('from version 0.1.2', () => {
  const VERSION = '1.1.1'
  const env = () => ({ KAFKA_CONNECTION_HOST: broker.connectionString })

  test('servers form a cluster with the configuration of the guide', async () => {
    await installPlugin(VERSION, ROOT)
    await expectCluster(await startTwo(VERSION, { yaml: code('0.1.2, after'), env: env() }))
  })

  test('servers form a cluster with the code of the guide', async () => {
    await installPlugin(VERSION, ROOT)
    await expectCluster(await startTwo(VERSION, { script: code('0.1.2, in code'), env: env() }))
  })

  describe('the topics that it left', () => {
    const NAMES = /```text\n(CL\n.*?)```/s.exec(GUIDE)[1].trimEnd().split('\n')
    const OF_DEEPSTREAM_2 = ['O', 'U', 'U_SUB']
    const OF_OTHERS = ['orders', 'ORDERS', 'E_SUBS', 'LP_', 'CLUSTER', 'my-CL']
    const TOOL = 'kafka-topics.sh'
    const tools = useKafkaTools()

    /** @returns {Promise<string[]>} the lines that a command prints */
    async function lines(command) {
      const printed = await tools.run(command.replace('kafka-1:9092', broker.connectionString))
      return printed.split('\n').filter(Boolean).sort()
    }

    test('are listed and removed by the commands of the guide, and no others', async () => {
      const left = () => lines(`${TOOL} --bootstrap-server kafka-1:9092 --list`)
      const old = [...NAMES, ...OF_DEEPSTREAM_2].sort()
      const others = [...OF_OTHERS, ...(await left())].sort()
      const topics = [...old, ...OF_OTHERS].map((topic) => ({ topic }))
      await administer(broker.connectionString, (admin) => admin.createTopics({ topics }))

      expect(await lines(code('old topics'))).toEqual(old)
      await lines(code('remove old topics'))

      await eventually(async () => (await left()).join() === others.join(), { timeoutMs: 30000 })
    })
  })
})

// Debian's package, which CI installs.
const describeWithRedis = hasRedis() || process.env.CI ? describe : describe.skip

describeWithRedis.each([
  ['msg-redis', '2.4.1', 'deepstream.io-msg-redis@1.0.5'],
  ['clusternode-redis', '7.0.2', '@deepstream/clusternode-redis@1.0.1']
])('from %s, deepstream %s', (mark, version, redisPackage) => {
  let redis
  beforeAll(async () => {
    await installPlugin(version, redisPackage)
    await installPlugin(version, ROOT)
    redis = await startBus('redis')
  })
  afterAll(() => redis?.stop())

  /** As the guide has it before and after. */
  function start(when) {
    const { host, port } = redis.plugin().options
    const env = {
      before: { REDIS_HOST: host, REDIS_PORT: String(port) },
      after: { KAFKA_BROKERS: broker.connectionString }
    }
    return startTwo(version, { yaml: code(`${mark}, ${when}`), env: env[when] })
  }

  test('servers that are stopped form a cluster again, on Kafka and back on Redis', async () => {
    for (const when of ['before', 'after', 'before']) {
      const pair = await start(when)
      await expectCluster(pair)
      await stop(pair)
    }
  })

  test('servers on both are two clusters, and the new one stays when the old one is stopped', async () => {
    const old = await start('before')
    const fresh = await start('after')
    await Promise.all([expectCluster(old), expectCluster(fresh)])
    await expectApart(old, fresh[0])
    await expectApart(fresh, old[0])

    await stop(old)

    await expectCluster(fresh)
  })
})
