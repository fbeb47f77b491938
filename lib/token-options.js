'use strict'

const path = require('path')
const { pathToFileURL } = require('url')
const { KafkaError } = require('./errors')

/**
 * Finds out from the options where tokens for SASL/OAUTHBEARER come from.
 * @param {{oauthToken?: Function, oauthTokenModule?: string, properties: Record<string, string>}} options
 * @returns {{oauthToken?: Function, properties: Record<string, string>}}
 * @throws {KafkaError} ERR_KAFKA_OPTION
 */
function withTokens({ oauthToken, oauthTokenModule, properties }) {
  if (oauthToken && oauthTokenModule)
    throw refused(
      'The options oauthToken and oauthTokenModule cannot be used together. Remove one.'
    )
  const provide = oauthToken ?? (oauthTokenModule && load(oauthTokenModule))
  const mechanism = properties['sasl.mechanism'] ?? properties['sasl.mechanisms']
  const isBearer = mechanism?.toUpperCase() === 'OAUTHBEARER'
  if (/^oidc$/i.test(properties['sasl.oauthbearer.method'] ?? ''))
    throw refused(
      'sasl.oauthbearer.method cannot be oidc: that needs libcurl, which is not built in. Remove it and the other properties that ' +
        `begin with sasl.oauthbearer, and instead ${ADVICE}`
    )
  const isUnsecured = properties['enable.sasl.oauthbearer.unsecure.jwt'] === 'true'
  if (!provide) {
    const uses = isBearer && /^sasl/i.test(properties['security.protocol'] ?? '')
    if (uses && !isUnsecured)
      throw refused(
        `sasl.mechanism is OAUTHBEARER, but there is no token provider. You can ${ADVICE}`
      )
    return { properties }
  }
  if (!/^sasl_(ssl|plaintext)$/i.test(properties['security.protocol'] ?? ''))
    throw refused(
      'Tokens need SASL: set security.protocol to sasl_ssl in the option kafka, or remove the token provider.'
    )
  if (mechanism && !isBearer)
    throw refused(
      'Tokens are for the sasl.mechanism OAUTHBEARER, but the option kafka names another one. Change it, or remove the token provider.'
    )
  if (isUnsecured)
    throw refused(
      'enable.sasl.oauthbearer.unsecure.jwt generates fake tokens. Remove it from the option kafka, or remove the token provider.'
    )
  const bearer = mechanism ? {} : { 'sasl.mechanism': 'OAUTHBEARER' }
  return { oauthToken: provide, properties: { ...properties, ...bearer } }
}

const ADVICE =
  'set the option oauthToken to a function that gets tokens, or oauthTokenModule to a module that exports one; ' +
  'docs/configuration.md shows one for OIDC in 20 lines.'

function load(name) {
  const file = path.resolve(name)
  let provide
  try {
    const module = require(file)
    provide = typeof module === 'function' ? module : module?.default
  } catch (cause) {
    if (cause.code === 'ERR_REQUIRE_ESM')
      return async () => (await import(pathToFileURL(require.resolve(file)))).default()
    throw new KafkaError(
      'ERR_KAFKA_OPTION',
      `The module ${file} of the option oauthTokenModule cannot be loaded: ${cause.message}`,
      { cause }
    )
  }
  if (typeof provide !== 'function')
    throw refused(
      `The module ${file} of the option oauthTokenModule must export a function that returns a token.`
    )
  return provide
}

function refused(message) {
  return new KafkaError('ERR_KAFKA_OPTION', message)
}

module.exports = { withTokens }
