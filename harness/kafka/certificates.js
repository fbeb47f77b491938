'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { createHash, generateKeyPairSync, randomBytes, sign } = require('node:crypto')

/**
 * X.509 certificates for tests, good ones and bad ones, with keys on the curve P-256. Node reads
 * certificates and does not write any, tools that do differ from machine to machine, and libraries
 * (@peculiar/x509) bring twenty packages: so this writes the few structures of RFC 5280 that Kafka
 * and OpenSSL ask for.
 */

const DAY_MS = 24 * 60 * 60 * 1000

/** Tags of DER, ITU-T X.690. */
const BOOLEAN = 0x01
const INTEGER = 0x02
const BIT_STRING = 0x03
const OCTET_STRING = 0x04
const OBJECT_ID = 0x06
const UTF8_STRING = 0x0c
const GENERALIZED_TIME = 0x18
const SEQUENCE = 0x30
const SET = 0x31

const YES = der(BOOLEAN, Buffer.from([0xff]))
/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 */
const ALGORITHM = der(SEQUENCE, objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))

/**
 * @typedef {object} Authority
 * @property {string} name
 * @property {import('node:crypto').KeyObject} key
 * @property {string} pem its certificate
 */

/**
 * @param {string} name
 * @returns {Authority} that signed itself
 */
function createAuthority(name) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = certificate({ name, publicKey, issuer: { name, key: privateKey }, extensions: [CA] })
  return { name, key: privateKey, pem }
}

/**
 * @param {Authority} issuer
 * @param {string} name common name
 * @param {{ hosts?: string[], isExpired?: boolean }} [options] DNS names, or IPv4 addresses, that
 *   it is valid for; whether its time was over yesterday
 * @returns {{ certificate: string, key: string }} as PEM
 */
function issue(issuer, name, { hosts = [], isExpired = false } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const extensions = hosts.length > 0 ? [alternativeNames(hosts)] : []
  return {
    certificate: certificate({ name, publicKey, issuer, extensions, isExpired }),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' })
  }
}

/**
 * @param {string} folder an existing one, that gets a PEM file for each certificate and key
 * @param {string} name of the files
 * @param {{ certificate: string, key: string }} pair
 * @returns {{ certificate: string, key: string, both: string }} paths; `both` holds the key and the
 *   certificate, as Kafka's brokers like it
 */
function save(folder, name, { certificate, key }) {
  const write = (suffix, text) => {
    const file = path.join(folder, `${name}.${suffix}`)
    fs.writeFileSync(file, text, { mode: 0o600 })
    return file
  }
  return {
    certificate: write('crt', certificate),
    key: write('key', key),
    both: write('pem', key + certificate)
  }
}

function certificate({ name, publicKey, issuer, extensions, isExpired = false }) {
  const end = Date.now() + (isExpired ? -DAY_MS : DAY_MS)
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)])
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const body = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))), // version 3
    der(INTEGER, serial),
    ALGORITHM,
    distinguishedName(issuer.name),
    der(SEQUENCE, time(end - 2 * DAY_MS), time(end)),
    distinguishedName(name),
    spki,
    der(0xa3, der(SEQUENCE, ...extensions, keyId(spki)))
  )
  const signature = sign('sha256', body, issuer.key)
  const bytes = der(SEQUENCE, body, ALGORITHM, der(BIT_STRING, Buffer.from([0]), signature))
  const lines = bytes.toString('base64').match(/.{1,64}/g)
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

/** @param {string} name */
function distinguishedName(name) {
  const commonName = der(SEQUENCE, objectId(0x55, 0x04, 0x03), der(UTF8_STRING, Buffer.from(name)))
  return der(SEQUENCE, der(SET, commonName))
}

/** @param {number} ms since 1970 */
function time(ms) {
  const text = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '')
  return der(GENERALIZED_TIME, Buffer.from(text))
}

/** @param {string[]} hosts */
function alternativeNames(hosts) {
  const names = hosts.map((host) =>
    /^[\d.]+$/.test(host)
      ? der(0x87, Buffer.from(host.split('.').map(Number)))
      : der(0x82, Buffer.from(host))
  )
  return extension(0x11, der(SEQUENCE, ...names))
}

/** @param {Buffer} spki */
function keyId(spki) {
  return extension(0x0e, der(OCTET_STRING, createHash('sha1').update(spki).digest()))
}

/**
 * @param {number} id the last number of 2.5.29.x
 * @param {Buffer} value
 * @param {Buffer[]} critical
 */
function extension(id, value, ...critical) {
  return der(SEQUENCE, objectId(0x55, 0x1d, id), ...critical, der(OCTET_STRING, value))
}

/** @param {number[]} bytes */
function objectId(...bytes) {
  return der(OBJECT_ID, Buffer.from(bytes))
}

/**
 * @param {number} tag
 * @param {Buffer[]} parts
 * @returns {Buffer}
 */
function der(tag, ...parts) {
  const content = Buffer.concat(parts)
  const { length } = content
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

/** Basic constraints: may sign others. */
const CA = extension(0x13, der(SEQUENCE, YES), YES)

module.exports = { createAuthority, issue, save }
