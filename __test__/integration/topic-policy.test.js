'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { downloadKafka } = require('../../harness/kafka/download')
const { examined, idsOf } = require('../support/doctor')
const { collect, filled, settled, useNodes } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

// Brokers that run already have other rules.
delete process.env.KAFKA_BROKERS

jest.setTimeout(60000)

const run = promisify(execFile)
const POLICY = path.join(__dirname, '..', 'support', 'policy', 'Limits.java')
const broker = { connectionString: '' }
let cluster
let classes

beforeAll(async () => {
  classes = fs.mkdtempSync(path.join(os.tmpdir(), 'kafka-policy-'))
  await run('javac', ['-cp', `${await downloadKafka()}/*`, '-d', classes, POLICY])
  const config = { 'create.topic.policy.class.name': 'Limits' }
  cluster = await KafkaCluster.start({ classpath: [classes], config })
  broker.connectionString = cluster.connectionString
}, 180000)
afterAll(async () => {
  await cluster?.stop()
  fs.rmSync(classes, { recursive: true })
})

const warnings = useWarnings()

const nodes = useNodes(broker)

test('a cluster that refuses settings of the topic gets it without them, and the bus works', async () => {
  const [a, b] = await nodes.start(2)
  const messages = collect(b, 'E')
  await settled(a, b)
  a.publish('E', 'x'.repeat(900000))
  await filled(messages, 1)
  expect(warnings).toEqual([
    expect.objectContaining({
      code: 'ERR_KAFKA_TOPIC_MISSING',
      message: expect.stringMatching(
        /^The Kafka topic \S+ was created without cleanup\.policy, retention\.ms, segment\.ms and max\.message\.bytes, because the broker says: Topics here have segment\.ms of at least 14400000\. /
      )
    })
  ])
})

test('a topic that the cluster refuses altogether is told with its own words, and a command that makes what the connector would', async () => {
  const topic = `${nodes.topic}-forbidden`
  nodes.create({ topic })
  await eventually(() => warnings.length > 0, { timeoutMs: 20000 })
  const [{ code, message }] = warnings
  expect(code).toBe('ERR_KAFKA_TOPIC_MISSING')
  expect(message).toContain('because the broker says: Topics here must not end in -forbidden. ')
  expect(message).toContain(`--create --topic ${topic} --partitions 1`)
})

test('the doctor tells what the cluster would refuse, in its own words, before there is a topic', async () => {
  const { topic } = nodes
  const { connectionString } = broker
  const { create } = (await examined({ connectionString, topic })).results
  expect(create.status).toBe('warning')
  expect(create.what).toContain('(Topics here have segment.ms of at least 14400000)')
  const forbidden = await examined({ connectionString, topic: `${topic}-forbidden` })
  expect(idsOf(forbidden, 'failed')).toEqual(['create'])
  expect(forbidden.results.create.what).toContain('Topics here must not end in -forbidden.')
})
