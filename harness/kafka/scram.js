'use strict'

const { pbkdf2Sync, randomBytes } = require('node:crypto')
const { exchange } = require('./exchange')

/** https://kafka.apache.org/protocol#The_Messages_AlterUserScramCredentials */
const ALTER_USER_SCRAM_CREDENTIALS = 51
const CLIENT_ID = 'harness'
const TIMEOUT_MS = 10000

const MECHANISMS = {
  'SCRAM-SHA-256': { type: 1, hash: 'sha256', length: 32 },
  'SCRAM-SHA-512': { type: 2, hash: 'sha512', length: 64 }
}
const ITERATIONS = 4096

/** Users who log in by SCRAM. kafkajs cannot change them, hence the request by hand. */
class ScramUsers {
  #addresses

  /** @param {() => string[]} addresses those of the running brokers, by PLAINTEXT */
  constructor(addresses) {
    this.#addresses = addresses
  }

  /**
   * Adds a user, or changes the password.
   *
   * @param {string} user
   * @param {string} password
   * @param {keyof typeof MECHANISMS} [mechanism]
   * @returns {Promise<void>} when the controller has it; brokers follow within milliseconds
   */
  async set(user, password, mechanism = 'SCRAM-SHA-256') {
    const { type, hash, length } = MECHANISMS[mechanism]
    const salt = randomBytes(16)
    const salted = pbkdf2Sync(password, salt, ITERATIONS, length, hash)
    const upsertion = [string(user), int8(type), int32(ITERATIONS), bytes(salt), bytes(salted), END]
    await this.#alter([array(), array(Buffer.concat(upsertion))])
  }

  /**
   * @param {string} user
   * @param {keyof typeof MECHANISMS} [mechanism]
   * @returns {Promise<void>} when the controller has forgotten the password
   * @throws {Error} when there is no such user
   */
  async remove(user, mechanism = 'SCRAM-SHA-256') {
    const deletion = [string(user), int8(MECHANISMS[mechanism].type), END]
    await this.#alter([array(Buffer.concat(deletion)), array()])
  }

  /** @param {Buffer[]} body deletions and upsertions */
  async #alter(body) {
    const header = Buffer.alloc(2 + 2 + 4 + 2 + CLIENT_ID.length + 1)
    let at = header.writeInt16BE(ALTER_USER_SCRAM_CREDENTIALS, 0)
    at = header.writeInt16BE(0, at) // version
    at = header.writeInt32BE(1, at) // correlation id
    at = header.writeInt16BE(CLIENT_ID.length, at)
    header.write(CLIENT_ID, at)
    const request = Buffer.concat([header, ...body, END])
    const [address] = this.#addresses()
    const framed = Buffer.concat([int32(request.length), request])
    const response = await exchange(address, framed, TIMEOUT_MS)
    refuse(response)
  }
}

/**
 * @param {Buffer} response to one change
 * @throws {Error} when it was refused
 */
function refuse(response) {
  let at = 4 + 1 + 4 + 1 // correlation id, no tags, throttle time, number of results
  at += response.readUInt8(at) // the user: the length plus 1, then so many characters
  const code = response.readInt16BE(at)
  if (code === 0) return
  const length = response.readUInt8(at + 2) - 1
  const reason = length > 0 ? response.toString('utf8', at + 3, at + 3 + length) : 'no reason'
  throw new Error(`The broker refuses to change the user: ${reason} (error ${code})`)
}

/** No tagged fields, which end each structure. */
const END = Buffer.from([0])

/** @param {number} value */
function int8(value) {
  return Buffer.from([value])
}

/** @param {number} value */
function int32(value) {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

/**
 * Compact arrays, strings and bytes say their length plus 1; here it is always less than 127.
 *
 * @param {Buffer[]} elements
 */
function array(...elements) {
  return Buffer.concat([int8(elements.length + 1), ...elements])
}

/** @param {Buffer} content */
function bytes(content) {
  return Buffer.concat([int8(content.length + 1), content])
}

/** @param {string} text */
function string(text) {
  return bytes(Buffer.from(text))
}

module.exports = { ScramUsers }
