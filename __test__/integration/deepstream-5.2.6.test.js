'use strict'

const { eventScenarios } = require('./scenarios/events')
const { listeningScenarios } = require('./scenarios/listening')
const { modernHealthScenarios } = require('./scenarios/modern-health')
const { modernMembershipScenarios } = require('./scenarios/modern-membership')
const { modernRecordScenarios } = require('./scenarios/modern-records')
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

const VERSION = '5.2.6'
const bus = useBus()

describe('a cluster of three deepstream 5.2.6 servers', () => {
  const fixture = useCluster(bus, {
    version: VERSION,
    servers: 3,
    config: { rpc: { ackTimeout: 1500, responseTimeout: 1500 } }
  })

  eventScenarios(fixture)
  recordScenarios(fixture)
  modernRecordScenarios(fixture)
  deletionScenarios(fixture)
  rpcScenarios(fixture)
  rejectionScenarios(fixture)
  providerErrorScenarios(fixture)
  listeningScenarios(fixture)
  presenceScenarios(fixture)
  payloadScenarios(fixture)
  rpcTimeoutScenarios(fixture)
  modernHealthScenarios(fixture)
})

describe('deepstream 5.2.6', () => {
  modernMembershipScenarios(bus, VERSION)
})
