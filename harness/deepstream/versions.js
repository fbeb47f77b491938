'use strict'

const path = require('node:path')

/**
 * What differs between the deepstream servers that the fixture can start.
 *
 * @typedef {object} VersionFacts
 * @property {'legacy' | 'modern'} era `legacy`: deepstream.io 1 to 3 with deepstream.io-client-js;
 *   `modern`: @deepstream/server with @deepstream/client
 * @property {'tcp' | 'websocket'} transport how clients connect
 * @property {'config' | 'set' | 'clusterNode'} connectorGivenBy `config`: `plugins.message` in
 *   config.yml; `set`: `server.set('messageConnector', instance)`, because 3.0.0 refuses the config
 *   key; `clusterNode`: that in config.yml
 * @property {boolean} hasClusterRegistry keeps a list of the nodes in the cluster (since 1.1.0)
 * @property {boolean} hasProviders a listener accepts or rejects what it is offered, and exactly
 *   one listener in the cluster provides it (since 1.1.0)
 * @property {boolean} hasPresence knows which users are logged in (since 2.0.0)
 */

/** @type {Record<string, VersionFacts>} */
const FACTS = {
  '1.0.3': {
    era: 'legacy',
    transport: 'tcp',
    connectorGivenBy: 'config',
    hasClusterRegistry: false,
    hasProviders: false,
    hasPresence: false
  },
  '1.1.1': {
    era: 'legacy',
    transport: 'tcp',
    connectorGivenBy: 'config',
    hasClusterRegistry: true,
    hasProviders: true,
    hasPresence: false
  },
  '2.4.1': {
    era: 'legacy',
    transport: 'websocket',
    connectorGivenBy: 'config',
    hasClusterRegistry: true,
    hasProviders: true,
    hasPresence: true
  },
  '3.0.0': {
    era: 'legacy',
    transport: 'websocket',
    connectorGivenBy: 'set',
    hasClusterRegistry: true,
    hasProviders: true,
    hasPresence: true
  },
  '5.2.6': {
    era: 'modern',
    transport: 'websocket',
    connectorGivenBy: 'clusterNode',
    hasClusterRegistry: true,
    hasProviders: true,
    hasPresence: true
  },
  '7.0.2': {
    era: 'modern',
    transport: 'websocket',
    connectorGivenBy: 'clusterNode',
    hasClusterRegistry: true,
    hasProviders: true,
    hasPresence: true
  }
}

/**
 * @param {string} version a deepstream server version, e.g. `1.1.1`
 * @returns {VersionFacts}
 * @throws {Error} when the fixture has no such version
 */
function factsOf(version) {
  const facts = FACTS[version]
  if (!facts) {
    throw new Error(
      `No fixture for deepstream ${version}; there is ${Object.keys(FACTS).join(', ')}`
    )
  }
  return facts
}

/**
 * @param {string} version
 * @returns {string} the folder that holds the version's package.json and node_modules
 */
function folderOf(version) {
  factsOf(version)
  return path.join(__dirname, version)
}

module.exports = { factsOf, folderOf }
