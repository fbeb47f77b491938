'use strict'

const crypto = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const tls = require('node:tls')
const MessageConnector = require('../..')
const { createAuthority, issue, save } = require('../../harness/kafka/certificates')
const { withCertificates } = require('../../lib/certificates')
const { Child, ROOT } = require('../support/child')

jest.setTimeout(60000)

let folder
let files
let server
/** How the handshakes with the server ended. */
let handshakes
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trust-'))
  const authority = createAuthority('CA')
  const other = createAuthority('Another CA')
  const write = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text)
    return path.join(folder, name)
  }
  files = {
    ca: write('ca.crt', authority.pem),
    other: write('other.crt', other.pem),
    junk: write('junk', 'no certificate\n'),
    client: save(folder, 'client', issue(authority, 'client')),
    otherClient: save(folder, 'other-client', issue(other, 'client'))
  }
  const encryption = {
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'open-sesame'
  }
  const clientKey = crypto.createPrivateKey(fs.readFileSync(files.client.key))
  files.encrypted = write('encrypted.key', clientKey.export(encryption))
  const { certificate: cert, key } = issue(authority, 'kafka', { hosts: ['localhost'] })
  server = tls.createServer({ cert, key }, (socket) => {
    handshakes.push('trusted')
    socket.on('error', () => {}).destroy()
  })
  server.on('tlsClientError', () => handshakes.push('refused'))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
})
beforeEach(() => (handshakes = []))
afterAll(() => {
  server?.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

/** @returns {Promise<string>} how the first handshake of a process with these environment variables ends */
async function meet(env) {
  const options = {
    connectionString: `localhost:${server.address().port}`,
    kafka: { 'security.protocol': 'ssl', 'broker.address.family': 'v4' }
  }
  const code = `
    const MessageConnector = require(${JSON.stringify(ROOT)})
    new MessageConnector(JSON.parse(process.env.OPTIONS)).on('error', () => {})`
  const unset = { SSL_CERT_FILE: '', SSL_CERT_DIR: '', NODE_EXTRA_CA_CERTS: '' }
  const child = new Child(['-e', code], { ...unset, ...env, OPTIONS: JSON.stringify(options) })
  try {
    for (let i = 0; handshakes.length === 0; i++) {
      if (i > 200) throw new Error(`There is no handshake: ${child.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return handshakes[0]
  } finally {
    await child.end()
  }
}

describe('without ssl.ca.location a broker is', () => {
  test('refused if nobody vouches for its certificate', async () => {
    expect(await meet({})).toBe('refused')
    handshakes = []
    expect(await meet({ SSL_CERT_FILE: files.other })).toBe('refused')
  })

  test('trusted if SSL_CERT_FILE vouches for it', async () => {
    expect(await meet({ SSL_CERT_FILE: files.ca })).toBe('trusted')
  })

  test('trusted if NODE_EXTRA_CA_CERTS vouches for it, beside the others', async () => {
    expect(await meet({ NODE_EXTRA_CA_CERTS: files.ca })).toBe('trusted')
    handshakes = []
    const beside = { SSL_CERT_FILE: files.other, NODE_EXTRA_CA_CERTS: files.ca }
    expect(await meet(beside)).toBe('trusted')
  })
})

/** @returns {object} what the construction of both faces throws with these properties */
function thrown(properties) {
  const options = {
    connectionString: 'localhost:1',
    kafka: { 'security.protocol': 'ssl', ...properties }
  }
  const services = { logger: { warn() {}, error() {}, fatal() {} } }
  const { default: ClusterNode } = MessageConnector
  const [connector, node] = [
    () => new MessageConnector(options),
    () => new ClusterNode(options, services, { serverName: 'a' })
  ].map((construct) => {
    try {
      construct().close()
    } catch ({ code, message }) {
      return { code, message }
    }
    return {}
  })
  expect(node).toEqual(connector)
  return connector
}

test('every certificate that Node knows can be trusted where the system has none', () => {
  expect(thrown(withCertificates({ 'security.protocol': 'ssl' }, {}, []))).toEqual({})
})

test('a file that is missing or holds something else is told before anything connects', () => {
  const client = (pair, key = pair.key) => ({
    'ssl.certificate.location': pair.certificate,
    'ssl.key.location': key
  })
  expect(thrown({ 'ssl.ca.location': files.ca, ...client(files.client) })).toEqual({})
  const says = (text) => ({ code: 'ERR_KAFKA_PROPERTY', message: expect.stringContaining(text) })
  expect(thrown({ 'ssl.ca.location': `${files.ca}x` })).toEqual(says(`${files.ca}x`))
  expect(thrown({ 'ssl.ca.location': files.junk })).toEqual(says('ssl.ca.location'))
  const junk = { certificate: files.junk, key: files.client.key }
  expect(thrown(client(junk))).toEqual(says('ssl.certificate.location'))
  expect(thrown(client(files.client, files.junk))).toEqual(says('ssl.key.location'))
  expect(thrown(client(files.client, files.otherClient.key))).toEqual(says('ssl.key.location'))
  expect(thrown(client(files.client, files.encrypted))).toEqual(says('ssl.key.password'))
  const withPassword = (text) => ({
    ...client(files.client, files.encrypted),
    'ssl.key.password': text
  })
  expect(thrown(withPassword('open-sesame'))).toEqual({})
  expect(thrown(withPassword('wrong'))).toEqual(says('ssl.key.location'))
  expect(thrown({ 'ssl.keystore.location': files.junk })).toEqual(says('ssl.keystore.location'))
})
