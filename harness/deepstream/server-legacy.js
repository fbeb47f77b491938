'use strict'

/** What server.js does with a deepstream.io server, 1 to 3. Its fields are private to deepstream. */

const HANDLERS = { event: '_eventHandler', record: '_recordHandler', rpc: '_rpcHandler' }

module.exports = {
  /** Whether a server that was stopped can start again. */
  startsAgain: true,

  create(requireFromFixture, configFile, connector) {
    const Deepstream = requireFromFixture('deepstream.io')
    const server = new Deepstream(configFile)
    if (connector) {
      const Connector = requireFromFixture(connector.package)
      server.set('messageConnector', new Connector(connector.options))
    }
    return server
  },

  nodes: (server) => server._options.clusterRegistry.getAll(),

  serversWith: (server, topic, name) =>
    server[HANDLERS[topic]]._subscriptionRegistry.getAllServers(name),

  serversListening: (server, topic, pattern) =>
    server[HANDLERS[topic]]._listenerRegistry._providerRegistry.getAllServers(pattern),

  isProvided: (server, topic, name) =>
    server[HANDLERS[topic]]._listenerRegistry.hasActiveProvider(name),

  serversWithUser: (server, name) => server._presenceHandler._connectedClients.getAllServers(name),

  stats: (server) => server._options.messageConnector.stats()
}
