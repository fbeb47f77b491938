'use strict'

const { KafkaCluster } = require('../../harness/kafka')
const { PLAIN_USERS } = require('../../harness/kafka/security')
const { startOldTls } = require('../support/fake-servers')
const { useChildren } = require('../support/child')

// These tests are about the brokers that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(60000)

/** Everything that is told in this time is looked at, so that no second story follows the first. */
const LISTEN_MS = 8000

const LISTEN = `
process.removeAllListeners('warning')
const told = []
const note = ({ code, message, cause }) => told.push({ code, message, cause: cause?.message ?? '' })
process.on('warning', note)
const connector = new MessageConnector(options)
connector.on('error', note)
connector.on('ready', () => told.push({ code: 'ready', message: '', cause: '' }))
setTimeout(() => {
  tell(JSON.stringify(told))
  process.exit()
}, ${LISTEN_MS})
`

describe('what a secured broker refuses', () => {
  /** @type {KafkaCluster} */
  let cluster
  beforeAll(async () => {
    cluster = await KafkaCluster.start({
      security: true,
      config: { 'listener.name.sasl_ssl.sasl.enabled.mechanisms': 'SCRAM-SHA-256,SCRAM-SHA-512' }
    })
  }, 180000)
  afterAll(() => cluster?.stop())

  const runChild = useChildren()

  /** Everything that such a connector tells. Nothing may go to stderr beside Node's own warnings. */
  const told = async (connectionString, kafka) => {
    const options = { connectionString, topic: 'refused', connectTimeoutMs: 4000, kafka }
    const child = runChild(options, LISTEN)
    await child.ended(40000)
    expect(child.stderr).toBe('')
    return JSON.parse(child.lines[0])
  }

  const expectOneStory = (all, code, says) => {
    expect(all.map((each) => each.code).sort()).toEqual([code, 'ERR_KAFKA_CONNECT_TIMEOUT'].sort())
    for (const { message } of all) for (const part of says) expect(message).toContain(part)
  }

  const tls = () => ({
    'security.protocol': 'ssl',
    'ssl.ca.location': cluster.certificates.ca
  })
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

  const CASES = {
    'an authority that is not trusted': {
      listener: 'ssl',
      kafka: () => ({ ...tls(), 'ssl.ca.location': cluster.certificates.otherCa }),
      code: 'ERR_KAFKA_TLS',
      says: ['authority that is not trusted', 'ssl.ca.location']
    },
    'an expired certificate of the broker': {
      listener: 'sslExpired',
      kafka: tls,
      code: 'ERR_KAFKA_TLS',
      says: ['has expired', 'Renew it on the broker']
    },
    'a certificate for another host': {
      listener: 'sslWrongHost',
      kafka: tls,
      code: 'ERR_KAFKA_TLS',
      says: ['is not for the host name 127.0.0.1', 'connectionString']
    },
    'TLS at a listener without it': {
      listener: undefined,
      kafka: tls,
      code: 'ERR_KAFKA_TLS',
      says: ['does not use TLS on this port', 'security.protocol']
    },
    'a client without a certificate': {
      listener: 'mtls',
      kafka: tls,
      code: 'ERR_KAFKA_TLS',
      says: ['requires a client certificate', 'ssl.certificate.location']
    },
    'a client with an expired certificate': {
      listener: 'mtls',
      kafka: () => ({ ...tls(), ...certificate('expiredClient') }),
      code: 'ERR_KAFKA_TLS',
      says: ['rejected the certificate of this client', 'ssl.certificate.location']
    },
    'a client with a certificate of another authority': {
      listener: 'mtls',
      kafka: () => ({ ...tls(), ...certificate('otherClient') }),
      code: 'ERR_KAFKA_TLS',
      says: ['rejected the certificate of this client', 'ssl.certificate.location']
    },
    'SASL at a listener without it': {
      listener: undefined,
      kafka: sasl,
      code: 'ERR_KAFKA_AUTHENTICATION',
      says: ['does not use SASL', 'security.protocol']
    },
    'a mechanism that is not offered': {
      listener: 'saslSsl',
      kafka: () => ({ ...tls(), ...sasl(), 'security.protocol': 'sasl_ssl' }),
      code: 'ERR_KAFKA_AUTHENTICATION',
      says: ['does not offer this sasl.mechanism', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
    },
    'a wrong password': {
      listener: 'saslPlaintext',
      kafka: () => ({ ...sasl(), 'sasl.password': 'open-sesame' }),
      code: 'ERR_KAFKA_AUTHENTICATION',
      says: ['rejected the credentials', 'sasl.password']
    }
  }

  test.each(Object.keys(CASES))('%s is told as such, and nothing else is', async (name) => {
    const { listener, kafka, code, says } = CASES[name]
    const address = listener ? cluster.listeners[listener] : cluster.connectionString
    expectOneStory(await told(address, kafka()), code, says)
  })

  test('no version of TLS in common is told as such', async () => {
    const server = await startOldTls(cluster.certificates.client)
    try {
      const all = await told(`127.0.0.1:${server.address().port}`, tls())
      expectOneStory(all, 'ERR_KAFKA_TLS', ['no TLS version', 'TLS 1.2'])
    } finally {
      server.close()
    }
  })

  test('a setting of sasl.oauthbearer.config that is not known does not show its value', async () => {
    const all = await told(cluster.listeners.saslPlaintext, {
      'security.protocol': 'sasl_plaintext',
      'sasl.mechanism': 'OAUTHBEARER',
      'enable.sasl.oauthbearer.unsecure.jwt': 'true',
      'sasl.oauthbearer.config': 'principal=admin pasword=open-sesame'
    })
    expect(JSON.stringify(all)).toContain('***')
    expect(JSON.stringify(all)).not.toContain('open-sesame')
  })
})
