'use strict'

const tls = require('node:tls')
const { parseAddress } = require('./reach')
const { failedBy, ok, warning } = require('./result')

const PATIENCE_MS = 3000
const DAY_MS = 86400000
/** A certificate that ends sooner is worth a word. */
const SOON_DAYS = 30

const usesTls = (properties) => /ssl$/i.test(properties['security.protocol'] ?? '')
const usesSasl = (properties) => /^sasl/i.test(properties['security.protocol'] ?? '')

/**
 * @param {string} address
 * @returns {Promise<{ validTo: number, protocol: string } | undefined>} the certificate that it shows, whoever vouches for it
 */
function certificateOf(address) {
  const { host, port } = parseAddress(address)
  return new Promise((resolve) => {
    // The connector itself checks it; this only looks.
    const socket = tls.connect({ host, port, rejectUnauthorized: false }, () => {
      const { valid_to: validTo } = socket.getPeerCertificate()
      const protocol = socket.getProtocol()
      socket.destroy()
      resolve(validTo ? { validTo: Date.parse(validTo), protocol } : undefined)
    })
    socket.setTimeout(PATIENCE_MS, () => socket.destroy())
    socket.once('error', () => {})
    socket.once('close', () => resolve(undefined))
  })
}

/**
 * @param {{ properties: object, inspection: { error: Error | null }, certificate?: { validTo: number, protocol: string },
 *   now: number }} facts
 * @returns {import('./result').Result}
 */
function checkTls({ properties, inspection: { error }, certificate, now }) {
  if (error?.code === 'ERR_KAFKA_TLS') return failedBy(error)
  if (!usesTls(properties)) return ok('not used (security.protocol in the option kafka)')
  if (!certificate) return ok('the brokers are trusted')
  const { validTo, protocol } = certificate
  const day = new Date(validTo).toISOString().slice(0, 10)
  const days = Math.floor((validTo - now) / DAY_MS)
  if (days < SOON_DAYS)
    return warning(
      `The broker's certificate ends on ${day}, in ${days} days.`,
      'Renew it on the brokers before then: afterwards no server can connect.'
    )
  return ok(`${protocol}, the broker's certificate is trusted and valid until ${day}`)
}

/** Does what listens there speak Kafka? */
function checkProtocol({ inspection: { error } }) {
  const others = ['ERR_KAFKA_NO_BROKER', 'ERR_KAFKA_NOT_A_BROKER', 'ERR_KAFKA_ZOOKEEPER']
  return others.includes(error?.code) ? failedBy(error) : ok('the brokers answer')
}

/** Are user and password, or the token, accepted? */
function checkCredentials({ properties, inspection: { error } }) {
  if (['ERR_KAFKA_AUTHENTICATION', 'ERR_KAFKA_TOKEN'].includes(error?.code)) return failedBy(error)
  if (usesSasl(properties)) {
    const mechanism = properties['sasl.mechanism'] ?? properties['sasl.mechanisms']
    const user = properties['sasl.username']
    return ok(`accepted by ${mechanism}${user ? `, as ${user}` : ''}`)
  }
  const file = properties['ssl.certificate.location'] ?? properties['ssl.keystore.location']
  if (usesTls(properties) && (file || properties['ssl.certificate.pem']))
    return ok('a client certificate is shown')
  return ok('none are used')
}

/** Errors that other checks tell. */
const TOLD_ELSEWHERE = ['ERR_KAFKA_AUTHORIZATION', 'ERR_KAFKA_ADVERTISED_LISTENER']

/** What else keeps the cluster from being looked at. Of a topic that can be seen, that has its own checks. */
function checkCluster({ inspection: { error, topic } }) {
  return error && !topic && !TOLD_ELSEWHERE.includes(error.code) ? failedBy(error) : undefined
}

module.exports = {
  certificateOf,
  checkCluster,
  checkCredentials,
  checkProtocol,
  checkTls,
  usesSasl,
  usesTls
}
