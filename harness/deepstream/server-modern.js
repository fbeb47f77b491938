'use strict'

const { eventually } = require('../eventually')

/** What server.js does with a @deepstream/server, 4 and later. Its fields are private to deepstream. */

module.exports = {
  /** Whether a server that was stopped can start again. */
  startsAgain: false,

  async create(requireFromFixture, configFile, connector) {
    const { Deepstream } = requireFromFixture('@deepstream/server')
    const server = new Deepstream(configFile)
    if (connector) {
      // It reads the file in later ticks.
      await eventually(() => server.getServices() !== undefined, { intervalMs: 1 })
      const ClusterNode = requireFromFixture(connector.package).default
      const node = new ClusterNode(connector.options, server.getServices(), server.getConfig())
      server.set('clusterNode', node)
    }
    // Its timer is never cleared, so that no process with a stopped server would end by itself.
    server.set('subscriptions.options.subscriptionsSanityTimer', 0)
    return server
  },

  nodes: (server) => server.getServices().clusterRegistry.getAll(),

  serversWith: (server, topic, name) =>
    server[`${topic}Handler`].subscriptionRegistry.getAllServers(name),

  serversListening: (server, topic, pattern) =>
    server[`${topic}Handler`].listenerRegistry.providerRegistry.getAllServers(pattern),

  isProvided: (server, topic, name) =>
    server[`${topic}Handler`].listenerRegistry.hasActiveProvider(name),

  serversWithUser: (server, name) => server.presenceHandler.connectedClients.getAllServers(name),

  stats: (server) => server.getServices().clusterNode.stats()
}
