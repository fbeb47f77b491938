'use strict'

const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { collect, filled, settled, useNodes } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

// Brokers that run already have no security.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

const PATIENCE_MS = 40000
const MECHANISM = 'SCRAM-SHA-512'

const broker = { connectionString: '' }
let cluster
beforeAll(async () => {
  // Clients have to log in again after this time.
  cluster = await KafkaCluster.start({
    security: true,
    config: { 'connections.max.reauth.ms': 3000 }
  })
  broker.connectionString = cluster.listeners.saslPlaintext
}, 180000)
afterAll(() => cluster?.stop())

useWarnings()

const nodes = useNodes(broker)

test('a password that is changed while nodes run is told as such and nothing else is; with the right one again, all arrives', async () => {
  await cluster.scram.set('carol', 'first-secret', MECHANISM)
  await cluster.createTopic(nodes.topic)
  const right = (operation) => ({ user: 'carol', operation, topic: nodes.topic })
  await cluster.acls.add(right('READ'), right('WRITE'))
  const kafka = {
    'security.protocol': 'sasl_plaintext',
    'sasl.mechanism': MECHANISM,
    'sasl.username': 'carol',
    'sasl.password': 'first-secret'
  }
  const [a, b] = await nodes.start(2, { kafka })
  await settled(a, b)
  const messages = collect(b, 'E')
  let count = 0
  const timer = setInterval(() => a.publish('E', count++), 20)
  try {
    await filled(messages, 50)
    await cluster.scram.set('carol', 'second-secret', MECHANISM)
    const errors = await nodes.takeErrorsWith('ERR_KAFKA_AUTHENTICATION', 2, PATIENCE_MS)
    for (const { message } of errors) {
      expect(message).toContain('rejected the credentials')
      expect(message).toContain('sasl.password')
      expect(message).not.toContain('secret')
    }
    // Time for a second story, if there was one.
    await new Promise((resolve) => setTimeout(resolve, 8000))
    expect(nodes.errors).toEqual([])
    await cluster.scram.set('carol', 'first-secret', MECHANISM)
    const before = count
    await eventually(() => messages.length > before, { timeoutMs: PATIENCE_MS })
  } finally {
    clearInterval(timer)
  }
  await filled(messages, count, PATIENCE_MS)
  expect(messages).toEqual(Array.from({ length: count }, (_, n) => n))
})
