'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { PLAIN_USERS } = require('../../harness/kafka/security')
const { useKafkaTools } = require('../support/kafka-tools')
const { blocksOf } = require('../support/markdown')
const { collect, filled, ready, settled, useNodes } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

// Brokers that run already have no security.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

const ROOT = path.join(__dirname, '..', '..')
const PATIENCE_MS = 30000
const broker = { connectionString: '' }
let cluster
beforeAll(async () => {
  cluster = await KafkaCluster.start({ security: true })
  broker.connectionString = cluster.listeners.saslPlaintext
}, 180000)
afterAll(() => cluster?.stop())

const warnings = useWarnings()

const nodes = useNodes(broker)

const tools = useKafkaTools()

const AS_ALICE = {
  kafka: {
    'security.protocol': 'sasl_plaintext',
    'sasl.mechanism': 'PLAIN',
    'sasl.username': 'alice',
    'sasl.password': PLAIN_USERS.alice
  }
}

const right = (operation) => ({ user: 'alice', operation, topic: nodes.topic })

/** The command that the texts tell people to run. */
const remedy = (...operations) =>
  `kafka-acls.sh --bootstrap-server ${broker.connectionString} --command-config client.properties --add ` +
  `--allow-principal User:alice ${operations.map((each) => `--operation ${each}`).join(' ')} --topic ${nodes.topic}`

describe('a user', () => {
  test('who may read and write needs no other right, and is told nothing', async () => {
    await cluster.createTopic(nodes.topic)
    await cluster.acls.add(right('READ'), right('WRITE'))
    const [a, b] = await nodes.start(2, AS_ALICE)
    const messages = collect(b, 'E')
    await settled(a, b)
    a.publish('E', 1)
    await filled(messages, 1)
    expect(warnings).toEqual([])
  })

  test.each([
    ['Write', ['READ'], 'WRITE'],
    ['Read', ['WRITE'], 'READ']
  ])(
    'who lacks the right %s gets an error that names it, and goes on when it is given',
    async (name, has, lacks) => {
      await cluster.createTopic(nodes.topic)
      await cluster.acls.add(...has.map(right))
      const node = nodes.create(AS_ALICE)
      const [error] = await nodes.takeErrorsWith('ERR_KAFKA_AUTHORIZATION')
      expect(error.message).toBe(
        `This user (alice) does not have the right ${name} on the Kafka topic ${nodes.topic}. Grant it with: ${remedy(name)}`
      )
      expect(node.isReady).toBe(false)
      await cluster.acls.add(right(lacks))
      await ready(node)
    }
  )

  test('who has no right at all on the topic is told both that are needed', async () => {
    await cluster.createTopic(nodes.topic)
    nodes.create(AS_ALICE)
    const [error] = await nodes.takeErrorsWith('ERR_KAFKA_AUTHORIZATION')
    expect(error.message).toContain('the rights Read and Write on the Kafka topic')
    expect(error.message).toContain(remedy('Read', 'Write'))
  })

  test('who may not create the topic is told both ways to get it', async () => {
    await cluster.acls.add(right('READ'), right('WRITE'))
    const node = nodes.create(AS_ALICE)
    await eventually(() => warnings.length > 0, { timeoutMs: PATIENCE_MS })
    expect(warnings[0]).toMatchObject({ code: 'ERR_KAFKA_TOPIC_MISSING' })
    expect(warnings[0].message).toContain(
      `this user may not create it (grant the right with: ${remedy('Create')})`
    )
    expect(warnings[0].message).toContain(
      `--command-config client.properties --create --topic ${nodes.topic}`
    )
    await cluster.acls.add(right('CREATE'))
    await ready(node)
  })
})

describe('a right that is taken away while nodes run', () => {
  async function start() {
    await cluster.createTopic(nodes.topic)
    await cluster.acls.add(right('READ'), right('WRITE'))
    const [a, b] = await nodes.start(2, AS_ALICE)
    const messages = collect(b, 'E')
    await settled(a, b)
    return { a, messages }
  }

  /** Publishes 40 messages, one after the other, which takes a second. */
  async function publish(node) {
    for (let n = 0; n < 40; n++) {
      node.publish('E', n)
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }

  const inOrder = Array.from({ length: 40 }, (_, n) => n)

  test('Write: messages wait, it is told once, and they arrive when it is given back', async () => {
    const { a, messages } = await start()
    await cluster.acls.remove(right('WRITE'))
    await publish(a)
    const [error] = await nodes.takeErrorsWith('ERR_KAFKA_AUTHORIZATION')
    expect(error.message).toContain('does not let this user write')
    expect(error.message).toContain(remedy('Write'))
    const before = messages.length
    expect(a.stats()).toMatchObject({ undelivered: 40 - before, publishFailed: 0 })
    await cluster.acls.add(right('WRITE'))
    await filled(messages, 40, PATIENCE_MS)
    expect(messages).toEqual(inOrder)
    await eventually(() =>
      warnings.some(({ message }) => message.includes('accepts messages again'))
    )
    expect(nodes.errors).toEqual([])
  })

  test.each([
    ['Read', ['READ']],
    ['Read and Write', ['READ', 'WRITE']]
  ])('%s: it is told once by each node, and reading goes on where it stopped', async (_, taken) => {
    const { a, messages } = await start()
    await cluster.acls.remove(...taken.map(right))
    await nodes.takeErrorsWith('ERR_KAFKA_AUTHORIZATION', 2)
    await publish(a)
    await cluster.acls.add(...taken.map(right))
    await filled(messages, 40, PATIENCE_MS)
    expect(messages).toEqual(inOrder)
    const over = () =>
      warnings.filter(({ message }) => message.includes('may read the Kafka topic'))
    await eventually(() => over().length === 2, { timeoutMs: PATIENCE_MS })
    const others = nodes.takeErrors().map(({ message }) => message)
    expect(others.filter((message) => !message.includes('write'))).toEqual([])
  })
})

test('the commands of docs/security.md give all that is needed', async () => {
  const commands = blocksOf(fs.readFileSync(path.join(ROOT, 'docs', 'security.md'), 'utf8'), 'sh')
  expect(commands).toHaveLength(2)
  for (const command of commands) expect(command).toMatch(/^kafka-acls/)
  fs.writeFileSync(path.join(tools.folder, 'admin.properties'), '')
  for (const command of commands) {
    const here = command
      .replace('kafka-1:9092', cluster.connectionString)
      .replace('User:deepstream', 'User:alice')
      .replace('deepstream-msg', nodes.topic)
    await tools.run(here)
  }
  const [a, b] = await nodes.start(2, AS_ALICE)
  const messages = collect(b, 'E')
  await settled(a, b)
  a.publish('E', 1)
  await filled(messages, 1)
})
