'use strict'

const { eventScenarios } = require('./scenarios/events')
const { healthScenarios } = require('./scenarios/health')
const { payloadScenarios } = require('./scenarios/payloads')
const { recordScenarios } = require('./scenarios/records')
const { rpcScenarios, rpcTimeoutScenarios } = require('./scenarios/rpc')
const { useBus, useCluster } = require('./support/fixture')

jest.setTimeout(60000)

const bus = useBus()

/**
 * This version has no list of the nodes in its cluster: it asks all nodes for a provider at each
 * call. That is the only use of the connector's unsubscribe() in any version.
 */
describe('a cluster of three deepstream 1.0.3 servers', () => {
  const fixture = useCluster(bus, { version: '1.0.3', servers: 3, config: { rpcTimeout: 1500 } })

  eventScenarios(fixture)
  recordScenarios(fixture)
  rpcScenarios(fixture)
  rpcTimeoutScenarios(fixture)
  payloadScenarios(fixture)
  healthScenarios(fixture)
})
