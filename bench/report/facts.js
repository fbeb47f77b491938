'use strict'

const os = require('os')

/**
 * What the numbers depend on. Nothing that names the machine, a user or a folder.
 *
 * @param {object[]} buses
 * @returns {object}
 */
function facts(buses) {
  const cpus = os.cpus()
  const servers = new Set(buses.map(({ server }) => server.version()))
  return {
    cores: cpus.length,
    processor: cpus[0].model.trim(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release().split('-')[0]} ${process.arch}`,
    node: process.versions.node,
    servers: [...servers],
    connectors: buses.map(({ title, version }) => `${title} ${version()}`),
    loadAtStart: os.loadavg()[0]
  }
}

/** Load above which other work takes part in the measurement. */
const BUSY_LOAD = 0.5

/**
 * @param {object} known the result of facts()
 * @returns {string[]} lines for the terminal
 */
function factLines({
  cores,
  processor,
  memoryGiB,
  system,
  node,
  servers,
  connectors,
  loadAtStart
}) {
  const lines = [
    `${cores} cores (${processor}), ${memoryGiB} GiB, ${system}, Node.js ${node}`,
    `servers: ${servers.join(', ')}; on the same machine, over loopback`,
    `measured: ${connectors.join(', ')}`
  ]
  if (loadAtStart > BUSY_LOAD) {
    lines.push(`note: the machine was busy at the start (load ${loadAtStart.toFixed(2)})`)
  }
  return lines
}

module.exports = { facts, factLines }
