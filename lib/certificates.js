'use strict'

const fs = require('fs')
const path = require('path')
const tls = require('tls')
const { KafkaError } = require('./errors')

/** Properties that name a file. That of the authorities may be a folder, or librdkafka's word `probe`. */
const FILES = [
  'ssl.ca.location',
  'ssl.certificate.location',
  'ssl.key.location',
  'ssl.keystore.location',
  'ssl.crl.location',
  'ssl.engine.location'
]

/** Any of these says whom to trust. */
const AUTHORITIES = ['ssl.ca.location', 'ssl.ca.pem', 'ssl.ca.certificate.stores']

/** Where systems keep the certificates that they trust. */
const STORES = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Alpine
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, Red Hat
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem', // SUSE
  '/etc/ssl/cert.pem', // macOS, Alpine, BSD
  '/usr/local/share/certs/ca-root-nss.crt' // FreeBSD
]

/**
 * Looks at the files that TLS needs before anything connects, and trusts the system's certificates if no others are named.
 * @param {Record<string, string>} properties of librdkafka
 * @param {NodeJS.ProcessEnv} [env]
 * @param {string[]} [stores] where the system's certificates may be
 * @returns {Record<string, string>} the same, or with the authorities to trust
 * @throws {KafkaError} ERR_KAFKA_PROPERTY if a file cannot be read, or only with a password that is missing
 */
function withCertificates(properties, env = process.env, stores = STORES) {
  if (!/ssl$/i.test(properties['security.protocol'] ?? '')) return properties
  for (const name of FILES) {
    const isLookedFor = name === 'ssl.ca.location' && properties[name] === 'probe'
    if (properties[name] && !isLookedFor)
      check(properties[name], `The property ${name}`, name === 'ssl.ca.location')
  }
  checkKey(properties)
  if (AUTHORITIES.some((name) => properties[name])) return properties
  return { ...properties, ...defaultAuthorities(env, stores) }
}

/** SSL_CERT_FILE and SSL_CERT_DIR replace the system's certificates, as they do wherever OpenSSL is used. */
function defaultAuthorities(env, stores) {
  const file = env.SSL_CERT_FILE
  const folder = env.SSL_CERT_DIR?.split(path.delimiter).find((one) => fs.existsSync(one))
  if (file) check(file, 'The environment variable SSL_CERT_FILE')
  // librdkafka takes one file or folder, and texts beside it.
  const location = folder || file || stores.find(hasContent)
  const texts = folder && file ? [fs.readFileSync(file, 'utf8')] : []
  // Node warns of one that it cannot read.
  const extra = env.NODE_EXTRA_CA_CERTS
  if (extra && hasContent(extra)) texts.push(fs.readFileSync(extra, 'utf8'))
  // librdkafka itself asks Windows for its certificates, unless others are configured.
  if (!location && texts.length === 0 && process.platform === 'win32') return {}
  if (!location) texts.push(...tls.rootCertificates)
  return {
    ...(location && { 'ssl.ca.location': location }),
    ...(texts.length > 0 && { 'ssl.ca.pem': texts.join('\n') })
  }
}

function hasContent(file) {
  try {
    fs.accessSync(file, fs.constants.R_OK)
    const status = fs.statSync(file)
    return status.isFile() && status.size > 0
  } catch {
    return false
  }
}

/** OpenSSL only says that a key without its password cannot be read. */
function checkKey(properties) {
  const { 'ssl.key.pem': text, 'ssl.key.location': file, 'ssl.key.password': password } = properties
  if (password || !(text || file)) return
  if (!/\bENCRYPTED\b/.test(text || fs.readFileSync(file, 'latin1'))) return
  throw new KafkaError(
    'ERR_KAFKA_PROPERTY',
    `The key in the property ${text ? 'ssl.key.pem' : `ssl.key.location, ${file},`} is encrypted, but no password is given. ` +
      'Set ssl.key.password in the option kafka.'
  )
}

function check(file, what, mayBeFolder = false) {
  // This may be the certificate or the key itself instead of its file.
  if (/-----BEGIN|\n/.test(file)) {
    throw new KafkaError(
      'ERR_KAFKA_PROPERTY',
      `${what} must name a file, but contains a text of ${file.length} characters. The text itself belongs in the property ` +
        'that ends in .pem instead of .location.'
    )
  }
  let why
  try {
    fs.accessSync(file, fs.constants.R_OK)
    const status = fs.statSync(file)
    if (status.isDirectory() && !mayBeFolder) why = 'it is a folder'
    else if (status.isFile() && status.size === 0) why = 'it is empty'
  } catch (error) {
    const reasons = { ENOENT: 'it does not exist', EACCES: 'this process may not read it' }
    why = reasons[error.code] ?? error.message
  }
  if (why) {
    const full = path.resolve(file) === file ? file : `${file} (${path.resolve(file)})`
    throw new KafkaError(
      'ERR_KAFKA_PROPERTY',
      `${what} names the file ${full}, which cannot be used: ${why}. Correct the path, or the file and its permissions.`
    )
  }
}

module.exports = { withCertificates }
