'use strict'

const net = require('node:net')

/**
 * Below the ports that Linux (32768) and macOS (49152) give to outgoing connections: there, the
 * port of a broker that is down could be taken by somebody's connection, even by a client that
 * reconnects to that very port.
 */
const LOWEST = 20000
const HIGHEST = 30000

/**
 * Not by get-port: jest can load no version of it newer than 5, which forgets within half a minute what it gave, and takes a
 * port from above when none of ours is free.
 *
 * @type {Set<number>}
 */
const given = new Set()

/**
 * @param {number} count
 * @returns {Promise<number[]>} that many different TCP ports of the loopback interface on which
 *   nobody listens; never one that this process was given before
 */
async function freePorts(count) {
  const ports = []
  while (ports.length < count) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST))
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    ports.push(port)
  }
  return ports
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

module.exports = { freePorts }
