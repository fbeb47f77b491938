'use strict'

const { setTimeout: delay } = require('node:timers/promises')
const { useBroker } = require('../support/broker')
const { argumentsOf, deepstreamKafka, examined, idsOf, withConfig } = require('../support/doctor')
const {
  deadAddress,
  FakeServer,
  talkAsWebServer,
  talkAsZooKeeper
} = require('../support/fake-servers')
const { ForeignClient, record } = require('../support/foreign-client')
const { useNodes } = require('../support/nodes')
const { setPartitions } = require('../support/topic-admin')

jest.setTimeout(60000)

describe('where there is no broker, the doctor names', () => {
  let servers
  beforeEach(() => (servers = []))
  afterEach(() => Promise.all(servers.map((server) => server.stop())))

  async function serve(talk) {
    const server = await FakeServer.start(talk)
    servers.push(server)
    return server.address
  }

  /** What fails, which is one check, with everything behind it not checked. */
  async function onlyFailure(connectionString) {
    const found = await examined({ connectionString })
    const failures = found.checks.filter(({ status }) => status === 'failed')
    expect(failures).toHaveLength(1)
    expect(idsOf(found, 'warning')).toEqual([])
    const behind = found.checks.slice(found.checks.indexOf(failures[0]) + 1)
    for (const { status, because } of behind)
      expect([status, because]).toEqual(['skipped', failures[0].title])
    return failures[0]
  }

  test('an address where nothing listens', async () => {
    const address = await deadAddress()
    const { id, what, cure } = await onlyFailure(address)
    expect([id, what]).toEqual(['addresses', `${address}: nothing listens there.`])
    expect(cure).toContain('Start the brokers')
  })

  test('a host name that does not exist', async () => {
    const { id, what, cure } = await onlyFailure('no-such-host.invalid:9092')
    expect(id).toBe('addresses')
    expect(what).toMatch(
      /^no-such-host\.invalid:9092: (there is no such host name|the name server)/
    )
    expect(cure).toContain('Correct the host name')
  })

  test('an environment variable that is not set', async () => {
    const { cure } = await onlyFailure('KAFKA_HOST')
    expect(cure).toContain('KAFKA_HOST looks like an environment variable that is not set')
  })

  test('ZooKeeper', async () => {
    const address = await serve(talkAsZooKeeper)
    const { id, what } = await onlyFailure(address)
    expect(id).toBe('protocol')
    expect(what).toContain('ERR_KAFKA_ZOOKEEPER')
  })

  test('a server that is no broker', async () => {
    const address = await serve(talkAsWebServer)
    const { id, what } = await onlyFailure(address)
    expect(id).toBe('protocol')
    expect(what).toContain('ERR_KAFKA_NOT_A_BROKER')
  })

  test('a server that accepts connections and says nothing', async () => {
    const { id, what } = await onlyFailure(await serve(() => {}))
    expect(id).toBe('protocol')
    expect(what).toContain('accepts connections, but does not answer')
  })

  test.each([
    [{ connectionString: 'kafka-1:2181' }, 'ERR_KAFKA_ZOOKEEPER'],
    [{ connectionString: 'a:9092', topic: 'not/legal' }, 'ERR_KAFKA_OPTION'],
    [{ connectionString: 'a:9092', kafka: { 'acks.all': 'x' } }, 'ERR_KAFKA_PROPERTY'],
    [{ connectionString: 'a:9092', kafka: { 'ssl.ca.location': 'x' } }, 'ERR_KAFKA_OPTION']
  ])('wrong options: %p', async (options, code) => {
    const found = await examined(options)
    expect(idsOf(found, 'failed')).toEqual(['options'])
    expect(found.results.options.what).toContain(`(${code})`)
  })
})

describe('with one broker', () => {
  const broker = useBroker()
  const nodes = useNodes(broker)
  const options = () => ({ connectionString: broker.connectionString, topic: nodes.topic })

  test('the doctor finds nothing to complain of where servers run', async () => {
    await nodes.start(2, { clientId: 'server' })
    const node = nodes.create()
    const timer = setInterval(() => node.publish('E', 'hello'), 1000)
    const found = await examined(options()).finally(() => clearInterval(timer))
    expect(found).toMatchObject({ version: 1, topic: nodes.topic, config: null })
    expect(found.checks.filter(({ status }) => status !== 'ok')).toEqual([])
    expect(found.roundTripMs.median).toBeGreaterThan(0)
    expect(found.brokers).toHaveLength(1)
    expect(found.servers).toHaveLength(1)
  })

  test('people get it in lines that end with a verdict', async () => {
    const args = ['doctor', ...argumentsOf(options())]
    const { code, stdout, stderr } = await deepstreamKafka(args)
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^ok {7}options {16}connectionString, topic given as arguments\n/)
    expect(stdout).toMatch(/\nwarning {2}topic {18}There is no topic /)
    expect(stdout).toMatch(/\n +kafka-topics\.sh --bootstrap-server \S+ --create --topic /)
    expect(stdout).toMatch(/\n\nNothing failed, with 1 warning\.$/)
  })

  test('without a topic it looks at the one that exists', async () => {
    const { connectionString } = options()
    expect((await examined({ connectionString })).results.topic.what).toMatch(/^There is neither/)
    await broker.cluster.createTopic('deepstream-msg')
    const found = await examined({ connectionString })
    expect(found.topic).toBe('deepstream-msg')
    await broker.cluster.createTopic('deepstream-cluster')
    const { code, stderr } = await deepstreamKafka(['doctor', ...argumentsOf({ connectionString })])
    expect(code).toBe(2)
    expect(stderr).toContain('choose one with --topic')
  })

  test.each([
    ['cleanup.policy', 'compact', 'cleanup', 'failed', 'compaction deletes messages'],
    ['retention.ms', 60000, 'retention', 'warning', '1 min, less than the option retentionMs'],
    ['retention.ms', -1, 'retention', 'warning', 'for ever'],
    ['retention.bytes', 1000000, 'retention', 'warning', 'retention.bytes limits it'],
    ['max.message.bytes', 10000, 'messageBytes', 'warning', 'The topic takes 10000 bytes'],
    ['min.insync.replicas', 2, 'minInSync', 'failed', 'Kafka stores nothing']
  ])('and topic describe name %s=%s of the topic', async (name, value, id, status, what) => {
    await broker.cluster.createTopic(nodes.topic, { config: { [name]: value } })
    const args = ['topic', 'describe', '--json', ...argumentsOf(options())]
    const { code, stdout } = await deepstreamKafka(args)
    expect(code).toBe(status === 'failed' ? 1 : 0)
    const check = JSON.parse(stdout).checks.find((check) => check.id === id)
    expect(check).toMatchObject({ status, what: expect.stringContaining(what) })
    expect(check.commands[0]).toContain(`--entity-type topics --entity-name ${nodes.topic}`)
  })

  test('names a topic that Kafka compacts, and still sends messages over it', async () => {
    await broker.cluster.createTopic(nodes.topic, { config: { 'cleanup.policy': 'compact' } })
    const found = await examined(options())
    expect(idsOf(found, 'failed')).toEqual(['cleanup'])
    expect(found.results.delivery.status).toBe('ok')
  })

  test('names partitions that lose the order, and records of something else and of a later format', async () => {
    await broker.cluster.createTopic(nodes.topic)
    await setPartitions(broker.connectionString, nodes.topic, 2)
    const foreign = new ForeignClient(broker.connectionString, nodes.topic)
    try {
      await foreign.write([{ key: null, value: 'something else' }])
      const { results } = await examined(options())
      expect(results.partitions).toMatchObject({ status: 'warning' })
      expect(results.format).toMatchObject({
        status: 'warning',
        what: expect.stringMatching(
          /^1 record of something else in \S+, the first at partition \d, offset 0\.$/
        )
      })
      await foreign.write([{ key: 'newcomer', value: '1', headers: { version: '9' } }])
      const { format } = (await examined(options())).results
      expect(format.status).toBe('failed')
      expect(format.what).toContain('is used by: newcomer.')
    } finally {
      await foreign.close()
    }
  })

  test('names two servers with one name', async () => {
    const foreign = new ForeignClient(broker.connectionString, nodes.topic)
    await broker.cluster.createTopic(nodes.topic)
    const [one, other] = ['00000000000000aa', '00000000000000bb']
    try {
      for (let first = 0; first < 3; first++)
        for (const [n, life] of [one, other].entries())
          await foreign.writeMessages('E', ['1'], {
            sender: 'twin',
            life,
            first,
            more: { host: `host-${n} 1` }
          })
      const { names } = (await examined(options())).results
      expect(names.status).toBe('failed')
      expect(names.what).toContain('the same name: twin (host-0 1 and host-1 1)')
    } finally {
      await foreign.close()
    }
  })

  test('names servers whose clocks are wrong', async () => {
    const foreign = new ForeignClient(broker.connectionString, nodes.topic)
    await broker.cluster.createTopic(nodes.topic)
    const say = (sender, first, aheadMs) => ({
      ...record({ sender, first, runs: [['E', 1]] }, '1'),
      timestamp: String(Date.now() + aheadMs)
    })
    try {
      let isOver = false
      const examining = examined(options()).finally(() => (isOver = true))
      for (let n = 0; !isOver; n++) {
        await foreign.write([say('early', n, 20000), say('late', n, -20000), say('right', n, 0)])
        await delay(200)
      }
      const { clocks } = (await examining).results
      expect(clocks.status).toBe('warning')
      expect(clocks.what).toMatch(/: early by (20\.0|19\.\d) s ahead, late by 20\.\d s behind\. /)
      expect(clocks.cure).toContain('NTP')
    } finally {
      await foreign.close()
    }
  })

  test('a missing topic that servers may not create fails, with the command', async () => {
    const configured = { ...options(), createTopic: false, partitions: 3 }
    await withConfig(configured, async (config) => {
      const found = await examined(options(), ['--config', config])
      expect(found.config).toBe(config)
      expect(idsOf(found, 'failed')).toEqual(['topic'])
      expect(found.results.topic.commands[0]).toContain(
        `--create --topic ${nodes.topic} --partitions 3`
      )
    })
  })

  test('--help tells the exit codes', async () => {
    const { stdout } = await deepstreamKafka(['doctor', '--help'])
    expect(stdout).toContain('Exit codes: 0 nothing failed')
  })
})
