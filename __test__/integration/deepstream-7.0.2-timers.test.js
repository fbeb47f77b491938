'use strict'

const { eventScenarios } = require('./scenarios/events')
const { listeningScenarios } = require('./scenarios/listening')
const { modernHealthScenarios } = require('./scenarios/modern-health')
const { presenceScenarios } = require('./scenarios/presence')
const { providerErrorScenarios, rejectionScenarios, rpcScenarios } = require('./scenarios/rpc')
const { useBus, useCluster } = require('./support/fixture')

jest.setTimeout(60000)

const DEFAULT = { clusterRegistry: undefined, dependencyInitializationTimeout: undefined }

/** With these a message that is under way for long fails a lock or a node, but not one that a busy machine holds up for a moment. */
const AGGRESSIVE = {
  clusterRegistry: {
    type: 'default',
    options: { keepAliveInterval: 20, activeCheckInterval: 200, nodeInactiveTimeout: 3000 }
  },
  locks: { type: 'default', options: { holdTimeout: 1500, requestTimeout: 1500 } }
}

const bus = useBus()

describe.each([
  ['deepstream’s default timers for the cluster, locks and calls', { config: DEFAULT }],
  ['aggressive timers', { config: AGGRESSIVE }],
  ['aggressive timers, all in one process', { config: AGGRESSIVE, inOneProcess: true }]
])('three deepstream 7.0.2 servers with %s', (_timers, options) => {
  const fixture = useCluster(bus, { version: '7.0.2', servers: 3, ...options })

  eventScenarios(fixture)
  rpcScenarios(fixture)
  rejectionScenarios(fixture)
  providerErrorScenarios(fixture)
  listeningScenarios(fixture)
  presenceScenarios(fixture)
  modernHealthScenarios(fixture)
})
