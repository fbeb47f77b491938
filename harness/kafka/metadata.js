'use strict'

const { exchange } = require('./exchange')

/**
 * https://kafka.apache.org/protocol#The_Messages_Metadata ; version 5 is spoken by Kafka 1.0 up to
 * today's 4.x.
 */
const METADATA_KEY = 3
const METADATA_VERSION = 5
const CORRELATION_ID = 1
const CLIENT_ID = 'harness'

/**
 * @typedef {object} Partition
 * @property {number} id
 * @property {number} leader node id; -1 when there is none
 * @property {number[]} replicas node ids
 * @property {number[]} inSyncReplicas node ids
 */

/**
 * @typedef {object} Metadata
 * @property {string | null} clusterId
 * @property {number} controllerId node id; -1 when none is known
 * @property {{ id: number, address: string }[]} brokers those that serve, by node id and
 *   'host:port'
 * @property {Record<string, Partition[]>} topics partitions by topic, in their order
 */

/**
 * Asks one broker what it knows. An ordinary client takes its answer from whichever broker it
 * likes, so it cannot tell whether a certain one serves, or has heard of a topic.
 *
 * @param {string} address 'host:port'
 * @param {number} [timeoutMs] for the connection and the answer together, in milliseconds (2000)
 * @returns {Promise<Metadata>}
 * @throws {Error} when the broker is not reached, closes the connection or is silent
 */
async function fetchMetadata(address, timeoutMs = 2000) {
  return decode(await exchange(address, encodeRequest(), timeoutMs))
}

function encodeRequest() {
  const body = Buffer.alloc(4 + 2 + 2 + 4 + 2 + CLIENT_ID.length + 4 + 1)
  let at = body.writeInt32BE(body.length - 4, 0)
  at = body.writeInt16BE(METADATA_KEY, at)
  at = body.writeInt16BE(METADATA_VERSION, at)
  at = body.writeInt32BE(CORRELATION_ID, at)
  at = body.writeInt16BE(CLIENT_ID.length, at)
  at += body.write(CLIENT_ID, at)
  at = body.writeInt32BE(-1, at) // all topics
  body.writeInt8(0, at) // do not create them
  return body
}

/**
 * @param {Buffer} bytes
 * @returns {Metadata}
 */
function decode(bytes) {
  let at = 4 // correlation id
  const int8 = () => bytes.readInt8((at += 1) - 1)
  const int16 = () => bytes.readInt16BE((at += 2) - 2)
  const int32 = () => bytes.readInt32BE((at += 4) - 4)
  const string = () => {
    const length = int16()
    return length < 0 ? null : bytes.toString('utf8', at, (at += length))
  }
  const array = (element) => Array.from({ length: int32() }, element)

  int32() // throttle time
  const brokers = array(() => {
    const broker = { id: int32(), address: `${string()}:${int32()}` }
    string() // rack
    return broker
  })
  const clusterId = string()
  const controllerId = int32()
  const topics = array(() => {
    int16() // error code
    const name = string()
    int8() // internal or not
    const partitions = array(() => {
      int16() // error code; leader tells enough
      const id = int32()
      const leader = int32()
      const replicas = array(int32)
      const inSyncReplicas = array(int32)
      array(int32) // offline replicas
      return { id, leader, replicas, inSyncReplicas }
    })
    return [name, partitions.sort((a, b) => a.id - b.id)]
  })
  return { clusterId, controllerId, brokers, topics: Object.fromEntries(topics) }
}

module.exports = { fetchMetadata }
