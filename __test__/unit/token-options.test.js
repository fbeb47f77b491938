'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { withTokens } = require('../../lib/token-options')

const SASL = { 'security.protocol': 'sasl_ssl', 'sasl.mechanism': 'OAUTHBEARER' }
const provide = () => {}

function refused(options) {
  try {
    withTokens(options)
  } catch (error) {
    expect(error.code).toBe('ERR_KAFKA_OPTION')
    return error.message
  }
  throw new Error('nothing was thrown')
}

test('without tokens nothing changes', () => {
  for (const properties of [{}, { ...SASL, 'sasl.mechanism': 'PLAIN' }])
    expect(withTokens({ properties })).toEqual({ properties })
})

test('a provider needs no mechanism', () => {
  const properties = { 'security.protocol': 'SASL_PLAINTEXT' }
  expect(withTokens({ oauthToken: provide, properties })).toEqual({
    oauthToken: provide,
    properties: { ...properties, 'sasl.mechanism': 'OAUTHBEARER' }
  })
})

test('OAUTHBEARER without a source of tokens says so', () => {
  const message = refused({ properties: SASL })
  expect(message).toContain('there is no token provider')
  expect(message).toContain('oauthTokenModule')
  const unsecured = { ...SASL, 'enable.sasl.oauthbearer.unsecure.jwt': 'true' }
  expect(withTokens({ properties: unsecured }).properties).toBe(unsecured)
})

test('the method oidc is refused with the reason and the way to go', () => {
  const properties = { ...SASL, 'sasl.oauthbearer.method': 'OIDC' }
  const message = refused({ properties })
  expect(message).toContain('libcurl')
  expect(message).toContain('oauthToken')
})

test('a provider beside something else is refused', () => {
  const both = { oauthToken: provide, oauthTokenModule: 'x', properties: SASL }
  expect(refused(both)).toContain('cannot be used together')
  const beside = (properties) => refused({ oauthToken: provide, properties })
  expect(beside({ 'security.protocol': 'ssl' })).toContain('security.protocol')
  expect(beside({ ...SASL, 'sasl.mechanism': 'PLAIN' })).toContain('names another one')
  const unsecured = { ...SASL, 'enable.sasl.oauthbearer.unsecure.jwt': 'true' }
  expect(beside(unsecured)).toContain('generates fake tokens')
})

describe('a module', () => {
  let folder
  beforeAll(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tokens-'))))
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  const write = (name, text) => {
    fs.writeFileSync(path.join(folder, name), text)
    return path.relative('.', path.join(folder, name))
  }

  test('exports the provider, by its path from the working directory', () => {
    for (const [name, text] of [
      ['a.js', 'module.exports = () => 7'],
      ['b.js', 'exports.default = () => 7']
    ]) {
      const options = { oauthTokenModule: write(name, text), properties: SASL }
      expect(withTokens(options).oauthToken()).toBe(7)
    }
  })

  test('that is missing, fails, or exports something else says so', () => {
    const load = (oauthTokenModule) => refused({ oauthTokenModule, properties: SASL })
    expect(load('./no-such-file')).toContain(path.resolve('no-such-file'))
    expect(load(write('c.js', 'throw new Error("on purpose")'))).toContain('on purpose')
    expect(load(write('d.js', 'module.exports = 7'))).toContain('must export a function')
  })
})
