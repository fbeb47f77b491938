'use strict'

const fs = require('node:fs')
const http = require('node:http')
const os = require('node:os')
const path = require('node:path')
const { setTimeout: delay } = require('node:timers/promises')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const ClusterNode = require('../../cluster-node')
const { ROOT } = require('../support/child')
const { FakeServices } = require('../support/cluster-nodes')
const { useNodes, ready, collect, settled } = require('../support/nodes')

// These tests are about the brokers that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

/** Brokers end a connection whose token is not renewed within this time, or at the token's end. */
const SESSION_MS = 8000

const broker = { connectionString: '', cluster: undefined }
let folder
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tokens-'))
  const config = { 'connections.max.reauth.ms': SESSION_MS }
  broker.cluster = await KafkaCluster.start({ security: true, config })
  broker.connectionString = broker.cluster.listeners.saslPlaintext
  for (const operation of ['READ', 'WRITE', 'CREATE', 'DESCRIBE_CONFIGS'])
    await broker.cluster.acls.add({ user: 'dave', operation, topic: '*' })
  await broker.cluster.acls.add({ user: 'dave', operation: 'DESCRIBE', group: '*' })
}, 180000)
afterAll(async () => {
  await broker.cluster?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => jest.spyOn(process, 'emitWarning').mockImplementation(() => {}))
afterEach(() => jest.restoreAllMocks())

/** Trouble that may pass, as it is told before a node is ready. */
const warnings = () => process.emitWarning.mock.calls.map(([message]) => message)

const nodes = useNodes(broker)

const kafka = { 'security.protocol': 'sasl_plaintext', 'sasl.mechanism': 'OAUTHBEARER' }

/** @returns {string} an unsigned token, as these brokers take them */
function issueToken(lifeMs) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const now = Date.now() / 1000
  const claims = { sub: 'dave', iat: now - 1, exp: now + lifeMs / 1000 }
  return `${encode({ alg: 'none' })}.${encode(claims)}.`
}

/** @returns {jest.Mock} a provider of tokens with this life */
function createProvider(lifeMs) {
  return jest.fn(async () => ({
    value: issueToken(lifeMs),
    expiresAt: Date.now() + lifeMs,
    principal: 'dave'
  }))
}

test('a token of 8 s is renewed before it ends, and nothing is told', async () => {
  const oauthToken = createProvider(8000)
  const [a, b] = await nodes.start(2, { kafka, oauthToken })
  await Promise.all([settled(a, b), settled(b, a)])
  const got = collect(b, 'numbers')
  const calls = oauthToken.mock.calls.length
  let sent = 0
  // Three lives: each connection has to log in again, several times.
  const enough = () => oauthToken.mock.calls.length >= calls + 6
  await eventually(() => a.publish('numbers', sent++) ?? enough(), {
    timeoutMs: 60000,
    intervalMs: 50
  })
  await eventually(() => got.length === sent, { timeoutMs: 20000 })
  expect(warnings()).toEqual([])
})

test('a provider that fails is told, and the connector is ready when it gives a token', async () => {
  const provider = createProvider(60000)
  let isDown = true
  const seen = issueToken(1000)
  const oauthToken = () => {
    if (isDown) throw new Error(`the issuer is down, ${seen}`)
    return provider()
  }
  const node = nodes.create({ kafka, oauthToken })
  await eventually(() => warnings().length > 0)
  const [[message, { code }]] = process.emitWarning.mock.calls
  expect(code).toBe('ERR_KAFKA_TOKEN')
  expect(message).toContain('the issuer is down, (a token).')
  expect(message).not.toContain(seen)
  // Only the first of several failures is told, and no other story is.
  await delay(2000)
  expect(warnings()).toHaveLength(1)
  isDown = false
  await ready(node)
})

test('the example of the documentation gets tokens by OIDC client credentials, in both faces', async () => {
  const text = fs.readFileSync(path.join(ROOT, 'docs', 'configuration.md'), 'utf8')
  const [, example] = /<!-- token\.js -->\s+```js\n(.*?)```/s.exec(text)
  const requests = []
  const issuer = http.createServer((request, response) => {
    let body = ''
    request.on('data', (part) => (body += part))
    request.on('end', () => {
      requests.push({ authorization: request.headers.authorization, body })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ access_token: issueToken(60000), expires_in: 60 }))
    })
  })
  await new Promise((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  // Modules outside of Jest's reach have no fetch of Node's, but this one.
  const env = {
    OIDC_URL: `http://127.0.0.1:${issuer.address().port}/token`,
    OIDC_CLIENT: 'deepstream',
    OIDC_SECRET: 'hunter2',
    OIDC_SCOPE: 'kafka'
  }
  Object.assign(process.env, env)
  const oauthTokenModule = path.relative('.', path.join(folder, 'token.js'))
  fs.writeFileSync(oauthTokenModule, example)
  try {
    const node = nodes.create({ kafka, oauthTokenModule })
    await ready(node)
    const services = new FakeServices()
    const { connectionString } = broker
    const options = { connectionString, topic: nodes.topic, kafka, oauthTokenModule }
    const clusterNode = new ClusterNode(options, services, { serverName: 'a' })
    await clusterNode.whenReady()
    await clusterNode.close()
    expect(services.logged).toEqual([])
    const basic = Buffer.from('deepstream:hunter2').toString('base64')
    const body = 'grant_type=client_credentials&scope=kafka'
    expect(requests).toContainEqual({ authorization: `Basic ${basic}`, body })
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
    issuer.close()
  }
})
