'use strict'

const { eventScenarios } = require('./scenarios/events')
const { healthScenarios } = require('./scenarios/health')
const { listeningScenarios } = require('./scenarios/listening')
const { membershipScenarios } = require('./scenarios/membership')
const { payloadScenarios } = require('./scenarios/payloads')
const { presenceScenarios } = require('./scenarios/presence')
const { deletionScenarios, recordScenarios } = require('./scenarios/records')
const {
  providerErrorScenarios,
  rejectionScenarios,
  rpcScenarios,
  rpcTimeoutScenarios
} = require('./scenarios/rpc')
const { useBus, useCluster } = require('./support/fixture')

jest.setTimeout(60000)

const bus = useBus()

describe('a cluster of three deepstream 2.4.1 servers', () => {
  const fixture = useCluster(bus, { version: '2.4.1', servers: 3, config: { rpcTimeout: 1500 } })

  eventScenarios(fixture)
  recordScenarios(fixture)
  deletionScenarios(fixture)
  rpcScenarios(fixture)
  rejectionScenarios(fixture)
  providerErrorScenarios(fixture)
  listeningScenarios(fixture)
  presenceScenarios(fixture)
  payloadScenarios(fixture)
  rpcTimeoutScenarios(fixture)
  healthScenarios(fixture)
})

describe('deepstream 2.4.1', () => {
  membershipScenarios(bus, '2.4.1')
})
