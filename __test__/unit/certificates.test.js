'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const tls = require('node:tls')
const { withCertificates } = require('../../lib/certificates')

const SSL = { 'security.protocol': 'ssl' }

let folder
let store
let other
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'certificates-'))
  store = path.join(folder, 'store.crt')
  other = path.join(folder, 'other.crt')
  fs.writeFileSync(store, 'the store\n')
  fs.writeFileSync(other, 'another\n')
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const missing = (name) => path.join(folder, 'no', name)
const trusted = (env, stores = [missing('a'), store]) => {
  const { 'ssl.ca.location': location, 'ssl.ca.pem': pem } = withCertificates(SSL, env, stores)
  return { location, pem }
}
const thrown = (properties, env = {}) => {
  try {
    withCertificates({ ...SSL, ...properties }, env, [])
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

test('without TLS nothing is looked at', () => {
  for (const properties of [{}, { 'security.protocol': 'sasl_plaintext' }]) {
    const given = { ...properties, 'ssl.ca.location': missing('ca') }
    expect(withCertificates(given, { SSL_CERT_FILE: missing('b') })).toBe(given)
  }
})

test("the system's certificates are trusted if no others are named", () => {
  expect(trusted({})).toEqual({ location: store })
  expect(withCertificates({ 'security.protocol': 'SASL_SSL' }, {}, [store])).toEqual({
    'security.protocol': 'SASL_SSL',
    'ssl.ca.location': store
  })
})

test.each([
  ['ssl.ca.location', 'probe'],
  ['ssl.ca.pem', 'a text'],
  ['ssl.ca.certificate.stores', 'CA']
])('with %s nobody else is trusted', (name, value) => {
  const given = { ...SSL, [name]: value }
  expect(withCertificates(given, { NODE_EXTRA_CA_CERTS: other }, [store])).toBe(given)
})

test("Node's own certificates are trusted where the system has none", () => {
  const empty = path.join(folder, 'empty.crt')
  fs.writeFileSync(empty, '')
  for (const stores of [[], [empty, folder]])
    expect(trusted({}, stores)).toEqual({ pem: tls.rootCertificates.join('\n') })
})

test('SSL_CERT_FILE and SSL_CERT_DIR take the place of the system’s certificates', () => {
  expect(trusted({ SSL_CERT_FILE: other })).toEqual({ location: other })
  const folders = [missing('c'), folder].join(path.delimiter)
  expect(trusted({ SSL_CERT_DIR: folders })).toEqual({ location: folder })
  expect(trusted({ SSL_CERT_DIR: folder, SSL_CERT_FILE: other })).toEqual({
    location: folder,
    pem: 'another\n'
  })
  expect(thrown({}, { SSL_CERT_FILE: missing('d') }).message).toContain('variable SSL_CERT_FILE')
})

test('NODE_EXTRA_CA_CERTS are trusted beside the others', () => {
  expect(trusted({ NODE_EXTRA_CA_CERTS: other })).toEqual({ location: store, pem: 'another\n' })
  const { pem } = trusted({ NODE_EXTRA_CA_CERTS: other }, [])
  expect(pem).toBe(['another\n', ...tls.rootCertificates].join('\n'))
  // Node has warned of it.
  expect(trusted({ NODE_EXTRA_CA_CERTS: missing('e') })).toEqual({ location: store })
})

test.each([
  'ssl.ca.location',
  'ssl.certificate.location',
  'ssl.key.location',
  'ssl.keystore.location',
  'ssl.crl.location',
  'ssl.engine.location'
])('%s that cannot be read is told with its file', (name) => {
  const file = missing('f')
  const error = thrown({ [name]: file })
  expect(error.code).toBe('ERR_KAFKA_PROPERTY')
  expect(error.message).toContain(`${name} names the file ${file}, `)
  expect(error.message).toContain('it does not exist')
  fs.writeFileSync(path.join(folder, 'empty'), '')
  expect(thrown({ [name]: path.join(folder, 'empty') }).message).toContain('it is empty')
})

test('a relative path is told with where it leads', () => {
  const { message } = thrown({ 'ssl.key.location': 'client.key' })
  expect(message).toContain(`client.key (${path.resolve('client.key')})`)
})

test('only the authorities may be a folder', () => {
  const given = { ...SSL, 'ssl.ca.location': folder }
  expect(withCertificates(given, {}, [])).toBe(given)
  expect(thrown({ 'ssl.key.location': folder }).message).toContain('it is a folder')
})

test('a file that this process may not read says so', () => {
  const denied = Object.assign(new Error('denied'), { code: 'EACCES' })
  jest.spyOn(fs, 'accessSync').mockImplementation(() => {
    throw denied
  })
  const { message } = thrown({ 'ssl.key.location': store })
  jest.restoreAllMocks()
  expect(message).toContain('this process may not read it')
})

test('a key that stands where its file belongs is not shown', () => {
  const { message } = thrown({ 'ssl.key.location': '-----BEGIN PRIVATE KEY-----\nhunter2' })
  expect(message).not.toContain('hunter2')
  expect(message).toContain('.pem instead of .location')
})

test('an encrypted key needs its password', () => {
  const key =
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nhunter2\n-----END ENCRYPTED PRIVATE KEY-----\n'
  const file = path.join(folder, 'encrypted.key')
  fs.writeFileSync(file, key)
  for (const given of [{ 'ssl.key.location': file }, { 'ssl.key.pem': key }]) {
    const { code, message } = thrown(given)
    expect(code).toBe('ERR_KAFKA_PROPERTY')
    expect(message).toContain(`The key in the property ${Object.keys(given)[0]}`)
    expect(message).toContain('Set ssl.key.password in the option kafka.')
    expect(message).not.toContain('hunter2')
    const withPassword = { ...SSL, ...given, 'ssl.key.password': 'a' }
    expect(withCertificates(withPassword, {}, [store])).toMatchObject(withPassword)
  }
})
