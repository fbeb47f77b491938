'use strict'

const { randomUUID } = require('node:crypto')
const {
  createTopic,
  deleteTopic,
  inspect,
  readOptions,
  roundTrip,
  topicCommand
} = require('../../lib/tools')
const { KAFKA_VERSION } = require('../../harness/kafka/download')
const { useBroker } = require('../support/broker')

jest.setTimeout(60000)

describe('a survey', () => {
  const broker = useBroker({ brokers: 3 })
  const optionsOf = (more) =>
    readOptions({
      connectionString: broker.connectionString,
      topic: `survey-${randomUUID()}`,
      ...more
    })

  test('sees all brokers with their release, and that there is no topic, and creates none', async () => {
    const options = optionsOf()
    const { error, brokers, topic, rights } = await inspect(options)
    expect(error).toBe(null)
    expect(brokers.map(({ host, port }) => `${host}:${port}`).sort()).toEqual(
      broker.connectionString.split(',').sort()
    )
    for (const { version } of brokers) {
      // The release, or the one before that knows the same requests.
      const [major, minor] = version.split('.').map(Number)
      const [realMajor, realMinor] = KAFKA_VERSION.split('.').map(Number)
      expect(major).toBe(realMajor)
      expect(realMinor - minor).toBeGreaterThanOrEqual(0)
    }
    expect({ topic, rights }).toEqual({ topic: null, rights: null })
    expect((await inspect(options)).topic).toBe(null)
  })

  test('sees the topic as it was created, and no more when it was deleted', async () => {
    const options = optionsOf({ partitions: 2, replicationFactor: 3, retentionMs: 120000 })
    await createTopic(options)
    await createTopic(options)
    const { topic, rights, brokerConfig } = await inspect(options)
    expect(topic.partitions).toHaveLength(2)
    for (const [id, partition] of topic.partitions.entries()) {
      expect(partition).toMatchObject({ id, leader: expect.any(Number) })
      expect(partition.replicas).toHaveLength(3)
    }
    expect(topic.config).toMatchObject({
      'retention.ms': '120000',
      'cleanup.policy': 'delete',
      'max.message.bytes': '16777216',
      'min.insync.replicas': expect.any(String)
    })
    expect(rights).toEqual({ read: true, write: true })
    expect(brokerConfig['broker.session.timeout.ms']).toMatch(/^\d+$/)

    await deleteTopic(options)
    expect((await inspect(options)).topic).toBe(null)
    await deleteTopic(options)
  })

  test('measures how long the leader takes to answer, once there is a topic', async () => {
    const options = optionsOf()
    await expect(roundTrip(options)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_/) })
    await createTopic(options)
    const before = performance.now()
    const ms = await roundTrip(options)
    expect(ms).toBeGreaterThan(0)
    expect(ms).toBeLessThan(performance.now() - before)
    await deleteTopic(options)
  })

  test('tells the command that creates the same topic', () => {
    const options = optionsOf({ partitions: 2 })
    expect(topicCommand(options)).toBe(
      `kafka-topics.sh --bootstrap-server ${broker.connectionString} --create --topic ${options.topic} --partitions 2 ` +
        '--config cleanup.policy=delete --config retention.ms=3600000 --config segment.ms=3600000 ' +
        '--config max.message.bytes=16777216'
    )
  })

  test('says why no broker can be reached', async () => {
    const { error, brokers } = await inspect(readOptions({ connectionString: '127.0.0.1:1' }))
    expect(error).toMatchObject({ code: 'ERR_KAFKA_NO_BROKER', retriable: true })
    expect(error.message).toContain('127.0.0.1:1')
    expect(brokers).toEqual([])
    await expect(
      createTopic(readOptions({ connectionString: '127.0.0.1:1' }))
    ).rejects.toMatchObject({ code: 'ERR_KAFKA_NO_BROKER' })
  })

  test('says why there is no token', async () => {
    const options = readOptions({
      connectionString: broker.connectionString,
      kafka: { 'security.protocol': 'sasl_plaintext', 'sasl.mechanism': 'OAUTHBEARER' },
      oauthToken: async () => {
        throw new Error('the issuer is away')
      }
    })
    await expect(inspect(options)).rejects.toMatchObject({
      code: 'ERR_KAFKA_TOKEN',
      message: expect.stringContaining('the issuer is away')
    })
  })
})
