'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const yaml = require('js-yaml')
const { factsOf } = require('./versions')

/**
 * Quick enough that nodes which start together know each other within half a second. The time
 * after which a silent node is dropped stays at deepstream's default of 6000 ms.
 */
const QUICK_KEEP_ALIVE_MS = 500
/** A plugin may take this long to be ready; deepstream's 2000 is little on a busy machine. */
const PATIENT_START_MS = 15000
/**
 * When deepstream looks again for a provider, in milliseconds. A search ends in vain when a server is told that another one was
 * rejected while it still waits for the answer to its own request for the lock, or when two servers disagree on who leads; by
 * default the next is half a minute later.
 */
const QUICK_REMATCH_MS = 1500
/** A provider may take this long to accept, in milliseconds, before the next one is asked: by default 500. */
const PATIENT_LISTEN_MS = 5000
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024

/**
 * Writes the config.yml of one server into a temporary folder of its own, which server.js removes
 * once deepstream has read it.
 *
 * @param {object} server
 * @param {string} server.version
 * @param {string} server.name deepstream's `serverName`
 * @param {number} server.port
 * @param {{ name: string, package: string, options: object, clusterNode?: object, givenBy?: 'set' }} server.plugin
 *   the message connector; `clusterNode` is how the configuration of a modern server names it, unless it is
 *   given by `server.set()`
 * @param {object} [server.config] more settings, which win over the ones made here
 * @returns {string} the file's path
 */
function writeConfigFile({ version, name, port, plugin, config }) {
  const facts = factsOf(version)
  const settings = {
    serverName: name,
    showLogo: false,
    ...(facts.era === 'modern' ? modern(port, plugin) : legacy(facts, port, plugin)),
    ...config
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'deepstream-'))
  const file = path.join(folder, 'config.yml')
  // No references: deepstream would share what stands in two places. And what is undefined is not written.
  fs.writeFileSync(file, yaml.dump(settings, { noRefs: true, skipInvalid: true }))
  return file
}

function legacy(facts, port, { name, options }) {
  return {
    logLevel: 'INFO',
    dependencyInitialisationTimeout: PATIENT_START_MS,
    ...connectivity(facts, port),
    ...(facts.hasClusterRegistry && { clusterKeepAliveInterval: QUICK_KEEP_ALIVE_MS }),
    ...(facts.hasProviders && { listenResponseTimeout: PATIENT_LISTEN_MS }),
    permission: { type: 'none' },
    auth: { type: 'none' },
    plugins: {
      ...(facts.connectorGivenBy === 'config' && { message: { name, options } }),
      cache: { path: path.join(__dirname, 'shared-cache-plugin.js') }
    }
  }
}

/** deepstream 4 and later. */
function modern(port, { package: packageName, options, clusterNode, givenBy }) {
  const none = { type: 'none', options: {} }
  return {
    // As the level of the whole server it is ignored when it is a text.
    logger: { type: 'default', options: { colors: false, logLevel: 'INFO' } },
    dependencyInitializationTimeout: PATIENT_START_MS,
    // What deepstream's own command does.
    exitOnFatalError: true,
    httpServer: {
      type: 'default',
      options: { host: '127.0.0.1', port, maxMessageSize: MAX_MESSAGE_BYTES }
    },
    connectionEndpoints: [
      {
        type: 'ws-binary',
        options: { urlPath: '/deepstream', maxMessageSize: MAX_MESSAGE_BYTES }
      }
    ],
    permission: none,
    auth: [none],
    telemetry: { type: 'deepstreamIO', options: { enabled: false } },
    clusterRegistry: { type: 'default', options: { keepAliveInterval: QUICK_KEEP_ALIVE_MS } },
    listen: { rematchInterval: QUICK_REMATCH_MS, responseTimeout: PATIENT_LISTEN_MS },
    ...(givenBy !== 'set' && {
      clusterNode: { path: `${packageName}/cluster-node`, ...clusterNode, options }
    }),
    cache: { path: path.join(__dirname, 'modern-cache-plugin.js'), options: {} }
  }
}

function connectivity(facts, port) {
  if (facts.transport === 'tcp') {
    return {
      webServerEnabled: false,
      tcpPort: port,
      tcpHost: '127.0.0.1',
      maxMessageSize: MAX_MESSAGE_BYTES
    }
  }
  return {
    connectionEndpoints: {
      websocket: {
        name: 'uws',
        options: {
          port,
          host: '127.0.0.1',
          urlPath: '/deepstream',
          maxMessageSize: MAX_MESSAGE_BYTES
        }
      },
      http: null
    }
  }
}

module.exports = { writeConfigFile }
