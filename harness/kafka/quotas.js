'use strict'

const { exchange } = require('./exchange')

/** https://kafka.apache.org/protocol#The_Messages_AlterClientQuotas */
const ALTER_CLIENT_QUOTAS = 49
const CLIENT_ID = 'harness'
const TIMEOUT_MS = 10000

/**
 * Limits what clients with this client.id may do, or ends a limit. kafkajs cannot, hence the request by hand.
 *
 * @param {string} address of a broker, by PLAINTEXT
 * @param {string} clientId
 * @param {{ producer_byte_rate?: number | null, consumer_byte_rate?: number | null }} limits in bytes a second, for each
 *   broker; null ends one
 * @returns {Promise<void>} when the controller has it; brokers follow within milliseconds
 * @throws {Error} when the broker refuses
 */
async function setQuotas(address, clientId, limits) {
  const operations = Object.entries(limits).map(([name, value]) =>
    Buffer.concat([string(name), double(value ?? 0), bool(value === null)])
  )
  const entity = array(Buffer.concat([string('client-id'), string(clientId)]))
  const entries = array(Buffer.concat([entity, array(...operations)]))
  const version = 0
  const header = [int16(ALTER_CLIENT_QUOTAS), int16(version), int32(1), string(CLIENT_ID)]
  const request = Buffer.concat([...header, entries, bool(false)])
  const framed = Buffer.concat([int32(request.length), request])
  refuse(await exchange(address, framed, TIMEOUT_MS))
}

/**
 * @param {Buffer} response to one change
 * @throws {Error} when it was refused
 */
function refuse(response) {
  const at = 4 + 4 + 4 // correlation id, throttle time, number of results
  const code = response.readInt16BE(at)
  if (code === 0) return
  const length = response.readInt16BE(at + 2)
  const reason = length > 0 ? response.toString('utf8', at + 4, at + 4 + length) : 'no reason'
  throw new Error(`The broker refuses to change the quotas: ${reason} (error ${code})`)
}

/** @param {boolean} value */
function bool(value) {
  return Buffer.from([Number(value)])
}

/** @param {number} value */
function int16(value) {
  const buffer = Buffer.alloc(2)
  buffer.writeInt16BE(value)
  return buffer
}

/** @param {number} value */
function int32(value) {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

/** @param {number} value */
function double(value) {
  const buffer = Buffer.alloc(8)
  buffer.writeDoubleBE(value)
  return buffer
}

/** @param {string} text */
function string(text) {
  return Buffer.concat([int16(Buffer.byteLength(text)), Buffer.from(text)])
}

/** @param {Buffer[]} elements */
function array(...elements) {
  return Buffer.concat([int32(elements.length), ...elements])
}

module.exports = { setQuotas }
