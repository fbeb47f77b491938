'use strict'

/**
 * Runs one real deepstream server in this process; started by server-process.js with the
 * version's folder as working directory. Its only argument is a JSON object:
 * `{ configFile, connector?: { package, options } }`. `connector` is for deepstream 3.0.0, which
 * takes a message connector from `server.set()` only.
 */

const fs = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const { Channel } = require('./channel')
const SharedCachePlugin = require('./shared-cache-plugin')

const { configFile, connector } = JSON.parse(process.argv[2])
const requireFromFixture = createRequire(path.join(process.cwd(), 'package.json'))

/** deepstream's private fields that hold the subscriptions of a topic. */
const HANDLERS = { event: '_eventHandler', record: '_recordHandler', rpc: '_rpcHandler' }
let server = null

const channel = new Channel(process, {
  start() {
    const Deepstream = requireFromFixture('deepstream.io')
    try {
      server = new Deepstream(configFile)
    } finally {
      fs.rmSync(path.dirname(configFile), { recursive: true })
    }
    if (connector) {
      const Connector = requireFromFixture(connector.package)
      server.set('messageConnector', new Connector(connector.options))
    }
    return emitted('started', () => server.start())
  },

  async restart() {
    await emitted('stopped', () => server.stop())
    await emitted('started', () => server.start())
  },

  /** From here on only what deepstream or a plugin left open keeps the process alive. */
  async stop() {
    await emitted('stopped', () => server.stop())
    setImmediate(() => process.channel.unref())
  },

  openResources: () => process.getActiveResourcesInfo().filter((each) => each !== 'PipeWrap'),

  exit: () => void setImmediate(() => process.exit()),

  nodes: () => server._options.clusterRegistry.getAll(),

  serversWith: (topic, name) => server[HANDLERS[topic]]._subscriptionRegistry.getAllServers(name),

  serversListening: (topic, pattern) =>
    server[HANDLERS[topic]]._listenerRegistry._providerRegistry.getAllServers(pattern),

  isProvided: (topic, name) => server[HANDLERS[topic]]._listenerRegistry.hasActiveProvider(name),

  serversWithUser: (name) => server._presenceHandler._connectedClients.getAllServers(name),

  stats: () => server._options.messageConnector.stats()
})

SharedCachePlugin.channel = channel
process.on('disconnect', () => process.exit())
// Ctrl-C reaches every process of a terminal; the parent stops this one in order.
process.on('SIGINT', () => {})

function emitted(event, action) {
  return new Promise((resolve) => {
    server.once(event, () => resolve())
    action()
  })
}
