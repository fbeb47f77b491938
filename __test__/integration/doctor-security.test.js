'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { KafkaCluster } = require('../../harness/kafka')
const { PLAIN_USERS } = require('../../harness/kafka/security')
const { startOldTls } = require('../support/fake-servers')
const { deepstreamKafka, examined, idsOf } = require('../support/doctor')
const { unique } = require('../support/nodes')

// Brokers that run already have no security.
delete process.env.KAFKA_BROKERS

jest.setTimeout(60000)

/** @type {KafkaCluster} */
let cluster
let topic
beforeAll(async () => {
  cluster = await KafkaCluster.start({
    security: true,
    config: { 'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512' }
  })
}, 180000)
afterAll(() => cluster?.stop())
beforeEach(() => (topic = unique('secured')))

const tls = () => ({ 'security.protocol': 'ssl', 'ssl.ca.location': cluster.certificates.ca })
const certificate = (name) => ({
  'ssl.certificate.location': cluster.certificates[name].certificate,
  'ssl.key.location': cluster.certificates[name].key
})
const sasl = () => ({
  'security.protocol': 'sasl_plaintext',
  'sasl.mechanism': 'PLAIN',
  'sasl.username': 'alice',
  'sasl.password': PLAIN_USERS.alice
})
const right = (operation, user = 'alice') => ({ user, operation, topic })

describe('the doctor names', () => {
  const CASES = {
    'an authority that is not trusted': {
      listener: 'ssl',
      kafka: () => ({ ...tls(), 'ssl.ca.location': cluster.certificates.otherCa }),
      fails: 'tls',
      says: 'authority that is not trusted'
    },
    'an expired certificate of the broker': {
      listener: 'sslExpired',
      kafka: tls,
      fails: 'tls',
      says: 'has expired'
    },
    'a certificate for another host': {
      listener: 'sslWrongHost',
      kafka: tls,
      fails: 'tls',
      says: 'is not for the host name 127.0.0.1'
    },
    'TLS at a listener without it': {
      kafka: tls,
      fails: 'tls',
      says: 'does not use TLS on this port'
    },
    'a client without a certificate': {
      listener: 'mtls',
      kafka: tls,
      fails: 'tls',
      says: 'requires a client certificate'
    },
    'a client with an expired certificate': {
      listener: 'mtls',
      kafka: () => ({ ...tls(), ...certificate('expiredClient') }),
      fails: 'tls',
      says: 'rejected the certificate of this client'
    },
    'SASL at a listener without it': {
      kafka: sasl,
      fails: 'credentials',
      says: 'does not use SASL'
    },
    'a listener with TLS that is asked without it': {
      listener: 'ssl',
      kafka: () => ({}),
      fails: 'protocol',
      says: 'security.protocol'
    },
    'a mechanism that is not offered': {
      listener: 'saslSsl',
      kafka: () => ({ ...tls(), ...sasl(), 'security.protocol': 'sasl_ssl' }),
      fails: 'credentials',
      says: 'does not offer this sasl.mechanism'
    },
    'a wrong password': {
      listener: 'saslPlaintext',
      kafka: () => ({ ...sasl(), 'sasl.password': 'open-sesame' }),
      fails: 'credentials',
      says: 'rejected the credentials'
    }
  }

  test.each(Object.keys(CASES))('%s, and nothing else', async (name) => {
    const { listener, kafka, fails, says } = CASES[name]
    const connectionString = listener ? cluster.listeners[listener] : cluster.connectionString
    const found = await examined({ connectionString, topic, kafka: kafka() })
    expect(idsOf(found, 'failed')).toEqual([fails])
    expect(found.results[fails].what).toContain(says)
    expect(JSON.stringify(found)).not.toContain('open-sesame')
  })

  test('no version of TLS in common', async () => {
    const server = await startOldTls(cluster.certificates.client)
    try {
      const connectionString = `127.0.0.1:${server.address().port}`
      const found = await examined({ connectionString, topic, kafka: tls() })
      expect(idsOf(found, 'failed')).toEqual(['tls'])
      expect(found.results.tls.what).toContain('no TLS version')
    } finally {
      server.close()
    }
  })

  test.each([
    ['no right at all', [], ['read', 'write'], 'skipped'],
    ['no right to write', ['READ'], ['write'], 'ok'],
    ['no right to read', ['WRITE'], ['read'], 'ok']
  ])('%s, with the command that grants it', async (_, granted, lacking, topicStatus) => {
    await cluster.createTopic(topic)
    if (granted.length > 0) await cluster.acls.add(...granted.map((each) => right(each)))
    const connectionString = cluster.listeners.saslPlaintext
    const found = await examined({ connectionString, topic, kafka: sasl() })
    expect(idsOf(found, 'failed')).toEqual(lacking)
    expect(found.results.topic.status).toBe(topicStatus)
    for (const id of lacking) {
      const operation = id === 'read' ? 'Read' : 'Write'
      expect(found.results[id].commands).toEqual([
        `kafka-acls.sh --bootstrap-server ${connectionString} --command-config client.properties --add ` +
          `--allow-principal User:alice --operation ${operation} --topic ${topic}`
      ])
    }
  })

  test('a topic that is missing and that this user may not create', async () => {
    await cluster.acls.add(right('READ'), right('WRITE'))
    const connectionString = cluster.listeners.saslPlaintext
    const options = { connectionString, topic, kafka: sasl() }
    const found = await examined(options)
    expect(idsOf(found, 'failed')).toEqual(['create'])
    expect(found.results.create.commands[0]).toContain(`--operation Create --topic ${topic}`)
    await cluster.acls.add(right('CREATE'))
    const { results } = await examined(options)
    expect(results.create.status).toBe('ok')
  })

  test('what cannot be seen without the right DescribeConfigs', async () => {
    await cluster.createTopic(topic)
    await cluster.acls.add(right('READ'), right('WRITE'))
    const connectionString = cluster.listeners.saslPlaintext
    const found = await examined({ connectionString, topic, kafka: sasl() })
    expect(idsOf(found, 'failed')).toEqual([])
    const { describeConfigs, retention, delivery } = found.results
    expect(describeConfigs.commands[0]).toContain('--operation DescribeConfigs')
    expect(retention).toMatchObject({ status: 'skipped' })
    expect(delivery.status).toBe('ok')
  })
})

describe('the doctor works', () => {
  const ALL = ['READ', 'WRITE', 'DESCRIBE_CONFIGS']
  async function expectSound(listener, user, options, more) {
    await cluster.createTopic(topic)
    await cluster.acls.add(...ALL.map((operation) => right(operation, user)))
    const connectionString = cluster.listeners[listener]
    const found = await examined({ connectionString, topic, ...options }, more)
    // No server runs, the harness leaves the topic's limit at Kafka's default, its certificates are short-lived, and a broker that
    // demands a certificate does not tell its version without one.
    const others = ['messageBytes', 'servers']
    if (listener !== 'saslPlaintext') others.push('tls')
    if (listener === 'mtls') others.push('version')
    expect(idsOf(found, 'failed')).toEqual([])
    expect(idsOf(found, 'ok')).toEqual(
      found.checks.map(({ id }) => id).filter((id) => !others.includes(id))
    )
    return found.results
  }

  test('over TLS with SASL, and shows no password', async () => {
    await cluster.scram.set('dora', 'dora-secret', 'SCRAM-SHA-512')
    const kafka = {
      ...tls(),
      'security.protocol': 'sasl_ssl',
      'sasl.mechanism': 'SCRAM-SHA-512',
      'sasl.username': 'dora',
      'sasl.password': 'dora-secret'
    }
    const results = await expectSound('saslSsl', 'dora', { kafka })
    expect(results.tls.what).toMatch(
      /^The broker's certificate ends on \d+-\d+-\d+, in \d+ days\.$/
    )
    expect(results.credentials.what).toBe('accepted by SCRAM-SHA-512, as dora')
    expect(JSON.stringify(results)).not.toContain('dora-secret')
  })

  test('with a client certificate', async () => {
    const kafka = { ...tls(), ...certificate('client') }
    const results = await expectSound('mtls', 'CN=client', { kafka })
    expect(results.credentials.what).toBe('a client certificate is shown')
  })

  test('with tokens of a module in the configuration, and names one that fails', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doctor-'))
    const [config, module] = ['config.json', 'token.js'].map((name) => path.join(folder, name))
    const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const soon = Math.floor(Date.now() / 1000) + 600
    const token = `${base64({ alg: 'none' })}.${base64({ sub: 'teller', exp: soon, iat: soon - 700 })}.`
    fs.writeFileSync(
      module,
      `module.exports = async () => ({ value: '${token}', expiresAt: ${soon * 1000} })`
    )
    const kafka = { 'security.protocol': 'sasl_plaintext', 'sasl.mechanism': 'OAUTHBEARER' }
    const plugin = { name: 'kafka', options: { kafka, oauthTokenModule: module } }
    fs.writeFileSync(config, JSON.stringify({ clusterNode: plugin }))
    try {
      const results = await expectSound('saslPlaintext', 'teller', {}, ['--config', config])
      expect(results.credentials.what).toBe('accepted by OAUTHBEARER')
      fs.writeFileSync(
        module,
        `module.exports = async () => { throw new Error('the issuer is away') }`
      )
      const connectionString = cluster.listeners.saslPlaintext
      const found = await examined({ connectionString, topic }, ['--config', config])
      expect(idsOf(found, 'failed')).toEqual(['credentials'])
      expect(found.results.credentials.what).toContain('the issuer is away')
    } finally {
      fs.rmSync(folder, { recursive: true })
    }
  })

  test('for topic create and describe, too', async () => {
    const rights = [...ALL, 'CREATE'].map((operation) => right(operation))
    await cluster.acls.add(...rights)
    const args = ['--connection-string', cluster.listeners.saslPlaintext, '--topic', topic]
    for (const [name, value] of Object.entries(sasl())) args.push('--kafka', `${name}=${value}`)
    const created = await deepstreamKafka(['topic', 'create', ...args])
    expect(created).toEqual({ code: 0, stdout: `The topic ${topic} is there.`, stderr: '' })
    const described = await deepstreamKafka(['topic', 'describe', ...args])
    expect(described.code).toBe(0)
    expect(described.stdout).toMatch(/\nok {7}max\.message\.bytes {6}16777216\n/)
    expect(described.stdout).toMatch(
      /\npartition {2}leader {5}replicas {3}in sync\n0 {10}1 {10}1 {10}1$/
    )
  })
})
