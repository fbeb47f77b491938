'use strict'

const fs = require('node:fs')
const { Kafka, logLevel } = require('kafkajs')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { PLAIN_USERS } = require('../../harness/kafka/security')

// These tests are about the brokers that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

describe('a cluster with security', () => {
  /** @type {KafkaCluster} */
  let cluster
  beforeAll(async () => {
    cluster = await KafkaCluster.start({ security: true })
    await cluster.createTopic('guarded')
  }, 180000)
  afterAll(() => cluster?.stop())

  const read = (file) => fs.readFileSync(file, 'utf8')
  const tls = (pair) => ({
    ca: read(cluster.certificates.ca),
    ...(pair && { cert: read(pair.certificate), key: read(pair.key) })
  })
  // A new object each time, because kafkajs keeps the first password in it.
  const plain = (password) => ({ mechanism: 'plain', username: 'alice', password })

  /** Asks for the topic as such a client. */
  const ask = async (listener, options) => {
    const admin = new Kafka({
      brokers: [cluster.listeners[listener]],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
      // A broker's first handshakes take long on a busy machine.
      connectionTimeout: 15000,
      ...options
    }).admin()
    try {
      await admin.connect()
      return (await admin.listTopics()).includes('guarded') ? 'seen' : 'hidden'
    } finally {
      await admin.disconnect()
    }
  }

  test('lets those who come by TLS do everything', async () => {
    expect(await ask('ssl', { ssl: tls() })).toBe('seen')
  })

  test('shows bad certificates at listeners for that', async () => {
    await expect(ask('ssl', { ssl: { ca: read(cluster.certificates.otherCa) } })).rejects.toThrow(
      'unable to verify'
    )
    await expect(ask('sslExpired', { ssl: tls() })).rejects.toThrow('expired')
    await expect(ask('sslWrongHost', { ssl: tls() })).rejects.toThrow('altnames')
  })

  test('demands a good certificate of the client, who has no rights without being given any', async () => {
    const { client, expiredClient, otherClient } = cluster.certificates
    for (const bad of [undefined, expiredClient, otherClient]) {
      await expect(ask('mtls', { ssl: tls(bad) })).rejects.toThrow()
    }
    expect(await ask('mtls', { ssl: tls(client) })).toBe('hidden')
    const right = { user: 'CN=client', operation: 'DESCRIBE', topic: 'guarded' }
    await cluster.acls.add(right)
    await eventually(async () => (await ask('mtls', { ssl: tls(client) })) === 'seen')
    await cluster.acls.remove(right)
    await eventually(async () => (await ask('mtls', { ssl: tls(client) })) === 'hidden')
    await expect(cluster.acls.remove(right)).rejects.toThrow('There is no right')
  })

  test.each(['saslPlaintext', 'saslSsl'])('knows users by PLAIN at %s', async (listener) => {
    const ssl = listener === 'saslSsl' && tls()
    expect(await ask(listener, { ssl, sasl: plain(PLAIN_USERS.alice) })).toBe('hidden')
    await expect(ask(listener, { ssl, sasl: plain('wrong') })).rejects.toThrow('failed')
  })

  test.each(['scram-sha-256', 'scram-sha-512'])(
    'knows users by %s as they change',
    async (name) => {
      const login = (password) =>
        ask('saslPlaintext', { sasl: { mechanism: name, username: 'carol', password } })
      await expect(login('first')).rejects.toThrow('failed')
      await cluster.scram.set('carol', 'first', name.toUpperCase())
      await eventually(async () => (await login('first')) === 'hidden')
      await cluster.scram.set('carol', 'second', name.toUpperCase())
      await eventually(async () => (await login('second')) === 'hidden')
      await expect(login('first')).rejects.toThrow('failed')
      await cluster.scram.remove('carol', name.toUpperCase())
      await eventually(() =>
        login('second').then(
          () => false,
          () => true
        )
      )
      await expect(cluster.scram.remove('carol', name.toUpperCase())).rejects.toThrow(
        'does not exist'
      )
    }
  )

  test('takes unsigned tokens', async () => {
    const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const now = Date.now() / 1000
    const token = (exp) =>
      `${encode({ alg: 'none' })}.${encode({ sub: 'dave', iat: now - 60, exp })}.`
    const login = (exp) =>
      ask('saslPlaintext', {
        sasl: {
          mechanism: 'oauthbearer',
          oauthBearerProvider: async () => ({ value: token(exp) })
        }
      })
    expect(await login(now + 60)).toBe('hidden')
    await expect(login(now - 30)).rejects.toThrow()
  })
})
