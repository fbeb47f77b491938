'use strict'

const fs = require('node:fs')
const { Kafka, logLevel } = require('kafkajs')
const { KafkaCluster } = require('../../harness/kafka')
const { eventually } = require('../../harness/eventually')
const {
  deadAddress,
  FakeServer,
  talkAsWebServer,
  talkAsZooKeeper
} = require('../support/fake-servers')
const { useNodes, unique, collect, filled, ready } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

jest.setTimeout(60000)

/** A connector tells why it is not ready after 1.5 s. */
const SOON = 1000

const warnings = useWarnings()
let servers
beforeEach(() => (servers = []))
afterEach(() => Promise.all(servers.map((server) => server.stop())))

async function serve(talk) {
  const server = await FakeServer.start(talk)
  servers.push(server)
  return server.address
}

/** @returns {Promise<{ message: string, type: string, code: string }>} the first warning with this code */
function warned(code) {
  const find = () => warnings.find((warning) => warning.code === code)
  const message = `the warning ${code}`
  return eventually(find, { intervalMs: 10, timeoutMs: 15000, message }).catch((error) => {
    throw new Error(
      `${error.message}; there are ${warnings.map(({ code, message }) => `${code} ${message}`).join('; ') || 'none'}`
    )
  })
}

describe('without a Kafka broker', () => {
  const broker = { connectionString: '' }
  const nodes = useNodes(broker)

  test('a dead address is a warning after a while, no error, and only one of them', async () => {
    const connectionString = await deadAddress()
    const start = performance.now()
    const node = nodes.create({ connectionString })
    const warning = await warned('ERR_KAFKA_NO_BROKER')
    expect(performance.now() - start).toBeGreaterThan(SOON)
    expect(warning.type).toBe('KafkaWarning')
    expect(warning.message).toContain(connectionString)
    expect(node.isReady).toBe(false)
    expect(node.stats().state).toBe('connecting')
    expect(nodes.errors).toEqual([])
    expect(warnings).toHaveLength(1)
  })

  test('connectTimeoutMs makes it an error with the reason, once', async () => {
    const connectionString = await deadAddress()
    nodes.create({ connectionString, connectTimeoutMs: 300 })
    const [error] = await nodes.takeErrorsWith('ERR_KAFKA_CONNECT_TIMEOUT')
    expect(error).toMatchObject({ retriable: true })
    expect(error.message).toContain(connectionString)
    await warned('ERR_KAFKA_NO_BROKER') // connecting goes on
    expect(nodes.errors).toEqual([])
  })

  test('a host name that does not exist is named', async () => {
    nodes.create({ connectionString: 'no-such-host.invalid:9092' })
    const warning = await warned('ERR_KAFKA_NO_BROKER')
    expect(warning.message).toContain('no-such-host.invalid:9092')
  })

  test('an environment variable that is not set is suspected', async () => {
    nodes.create({ connectionString: 'KAFKA_HOST' })
    const { message } = await warned('ERR_KAFKA_NO_BROKER')
    expect(message).toContain('KAFKA_HOST is an environment variable')
  })

  test('ZooKeeper at another port than its own is recognised', async () => {
    const connectionString = await serve(talkAsZooKeeper)
    nodes.create({ connectionString })
    const warning = await warned('ERR_KAFKA_ZOOKEEPER')
    expect(warning.message).toContain(connectionString)
  })

  test('a server that is no broker is recognised', async () => {
    const connectionString = await serve(talkAsWebServer)
    nodes.create({ connectionString })
    const warning = await warned('ERR_KAFKA_NOT_A_BROKER')
    expect(warning.message).toContain(connectionString)
  })

  test('of a server that accepts and says nothing no more is said than that', async () => {
    const connectionString = await serve(() => {})
    nodes.create({ connectionString })
    const warning = await warned('ERR_KAFKA_NO_BROKER')
    expect(warning.message).toContain('accepts connections, but does not answer')
  })
})

describe('with Apache Kafka', () => {
  const broker = { connectionString: '', cluster: undefined }
  beforeAll(async () => {
    broker.cluster = await KafkaCluster.start({ brokers: 1 })
    broker.connectionString = broker.cluster.connectionString
  }, 180000)
  afterAll(() => broker.cluster?.stop())
  const nodes = useNodes(broker)

  test('a missing topic that may not be created is a warning with the command, until it is there', async () => {
    const node = nodes.create({ createTopic: false, partitions: 3 })
    const warning = await warned('ERR_KAFKA_TOPIC_MISSING')
    expect(warning.message).toContain(
      `kafka-topics.sh --bootstrap-server ${broker.connectionString} --create --topic ${nodes.topic} --partitions 3`
    )
    expect(node.isReady).toBe(false)
    await broker.cluster.createTopic(nodes.topic)
    await ready(node)
    expect(nodes.errors).toEqual([])
  })

  describe('whose broker sends clients to an address that they cannot reach', () => {
    const misled = { connectionString: '', cluster: undefined }
    let advertised
    beforeAll(async () => {
      misled.cluster = await KafkaCluster.start({ brokers: 1 })
      misled.connectionString = misled.cluster.connectionString
      const [kafka] = misled.cluster.brokers
      await misled.cluster.createTopic('there-already')
      await kafka.stop()
      advertised = await deadAddress()
      const setting = `\nadvertised.listeners=PLAINTEXT://${advertised}\n`
      fs.appendFileSync(kafka.propertiesFile, setting) // the last one wins
      await kafka.start()
    }, 180000)
    afterAll(() => misled.cluster?.stop())
    const lost = useNodes(misled)

    test.each([
      ['with a topic that is there', { topic: 'there-already' }],
      ['with a topic that it may create', {}]
    ])('%s, the warning says so and names both addresses', async (_, options) => {
      lost.create(options)
      const warning = await warned('ERR_KAFKA_ADVERTISED_LISTENER')
      expect(warning.message).toContain(misled.connectionString)
      expect(warning.message).toContain(advertised)
      expect(warnings).toHaveLength(1)
    })
  })

  test('a message larger than the topic takes is an error, and the bus goes on', async () => {
    await broker.cluster.createTopic(nodes.topic, { config: { 'max.message.bytes': 10000 } })
    const [sender, receiver] = await nodes.start(2)
    const messages = collect(receiver, 'E')
    sender.publish('E', 'before')
    sender.publish('E', 'x'.repeat(20000))
    sender.publish('E', 'after')
    const [error] = await nodes.takeErrorsWith('ERR_KAFKA_MESSAGE_TOO_LARGE')
    expect(error).toMatchObject({ topic: 'E', retriable: false })
    expect(error.message).toContain('max.message.bytes')
    expect(error.cause.errno).toBe(10) // MESSAGE_TOO_LARGE of the Kafka protocol
    sender.publish('E', 'later')
    await filled(messages, 3)
    expect(messages).toEqual(['before', 'after', 'later'])
    expect(sender.stats().publishFailed).toBe(1)
  })

  test('many small messages at once go to a topic that takes little in a batch', async () => {
    await broker.cluster.createTopic(nodes.topic, { config: { 'max.message.bytes': 10000 } })
    const [sender, receiver] = await nodes.start(2)
    const messages = collect(receiver, 'E')
    for (let n = 0; n < 2000; n++) sender.publish('E', `${n} ${'x'.repeat(100)}`)
    await filled(messages, 2000)
    expect(messages.map((message) => parseInt(message))).toEqual(
      Array.from({ length: 2000 }, (_, n) => n)
    )
    expect(sender.stats().publishFailed).toBe(0)
  })

  test('the topic is created with what the options say', async () => {
    const topic = unique('created')
    await nodes.start(1, { topic, partitions: 3, retentionMs: 120000, maxMessageBytes: 54321 })
    const brokers = [broker.connectionString]
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
      expect(topics[0].partitions).toHaveLength(3)
      const names = ['cleanup.policy', 'retention.ms', 'max.message.bytes']
      const { resources } = await admin.describeConfigs({
        resources: [{ type: 2, name: topic, configNames: names }]
      })
      const config = resources[0].configEntries.map(({ configName, configValue }) => [
        configName,
        configValue
      ])
      expect(Object.fromEntries(config)).toEqual({
        'cleanup.policy': 'delete',
        'retention.ms': '120000',
        'max.message.bytes': '54321'
      })
    } finally {
      await admin.disconnect()
    }
  })
})
