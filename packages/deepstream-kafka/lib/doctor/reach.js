'use strict'

const dns = require('node:dns/promises')
const net = require('node:net')

/** How long a host may take to accept a connection. */
const PATIENCE_MS = 3000

/** What the codes of Node's errors mean. */
const REASONS = {
  ENOTFOUND: 'there is no such host name',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nothing listens there',
  ETIMEDOUT: `it does not answer within ${PATIENCE_MS / 1000} s`,
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no way to its network'
}

/**
 * @typedef {object} Reach what became of an attempt to connect
 * @property {string} address host:port
 * @property {string[]} ips of the host
 * @property {number} [ms] how long the connection took
 * @property {string} [problem] why there is none
 */

/**
 * @param {string} address host:port, perhaps with a protocol before it; the default port is 9092
 * @returns {{ host: string, port: number }}
 */
function parseAddress(address) {
  const [, host, port] = address.match(/^(?:\w+:\/\/)?(.*?)(?::(\d+))?$/)
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? 9092) }
}

/**
 * Looks up a host and connects to it.
 *
 * @param {string} address
 * @returns {Promise<Reach>}
 */
async function reach(address) {
  const { host, port } = parseAddress(address)
  try {
    const ips = (await dns.lookup(host, { all: true })).map((entry) => entry.address)
    return await connect(address, ips, port)
  } catch (error) {
    return { address, ips: [], problem: reason(error) }
  }
}

/** A name may stand for several hosts; one that answers is enough. */
async function connect(address, ips, port) {
  const start = performance.now()
  const attempts = await Promise.allSettled([...new Set(ips)].map((ip) => attempt(ip, port)))
  const times = attempts.filter(({ status }) => status === 'fulfilled').map(({ value }) => value)
  if (times.length > 0) return { address, ips, ms: Math.min(...times) - start }
  return { address, ips, problem: reason(attempts[0].reason) }
}

function attempt(host, port) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port })
    const end = (settle, value) => {
      socket.destroy()
      settle(value)
    }
    socket.setTimeout(PATIENCE_MS, () => end(reject, { code: 'ETIMEDOUT' }))
    socket.once('connect', () => end(resolve, performance.now()))
    socket.once('error', (error) => end(reject, error))
  })
}

function reason(error) {
  return REASONS[error.code] ?? error.message
}

module.exports = { parseAddress, reach }
