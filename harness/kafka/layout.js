'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { freePorts } = require('./ports')

/**
 * @typedef {object} Place where one broker lives
 * @property {number} id node id
 * @property {number} port for other brokers, and for clients that take no entrance
 * @property {number} controllerPort
 * @property {{ port: number, proxyPort: number }[]} doors for each entrance: the port at which the
 *   broker listens for it, and that of the proxy in front, which it names to clients
 * @property {Record<string, number>} securedPorts for clients, by the name of a listener of security.js
 * @property {string} folder an existing folder of its own
 * @property {string} logDir absolute path of Kafka's data
 */

/**
 * @param {string} folder an existing one
 * @param {number} brokers how many
 * @param {number} entrances how many
 * @param {string[]} secured names of further listeners
 * @returns {Promise<Place[]>} one for each broker, with ports on which nobody listens
 */
async function layOut(folder, brokers, entrances, secured) {
  const portsEach = 2 + 2 * entrances + secured.length
  const ports = await freePorts(portsEach * brokers)
  return Array.from({ length: brokers }, (_, index) => {
    const [port, controllerPort, ...rest] = ports.splice(0, portsEach)
    const place = path.join(folder, `broker-${index + 1}`)
    fs.mkdirSync(place)
    return {
      id: index + 1,
      port,
      controllerPort,
      doors: Array.from({ length: entrances }, () => {
        const [doorPort, proxyPort] = rest.splice(0, 2)
        return { port: doorPort, proxyPort }
      }),
      securedPorts: Object.fromEntries(secured.map((name) => [name, rest.shift()])),
      folder: place,
      logDir: path.join(place, 'data')
    }
  })
}

module.exports = { layOut }
