'use strict'

const { eventually } = require('../../harness/eventually')
const { call, openRecord } = require('../../harness/deepstream/verbs')
const { eventScenarios } = require('./scenarios/events')
const { healthScenarios } = require('./scenarios/health')
const { listeningScenarios } = require('./scenarios/listening')
const { membershipScenarios } = require('./scenarios/membership')
const { payloadScenarios } = require('./scenarios/payloads')
const { recordScenarios } = require('./scenarios/records')
const { rejectionScenarios, rpcScenarios, rpcTimeoutScenarios } = require('./scenarios/rpc')
const { expectStart, unique, useBus, useCluster } = require('./support/fixture')

jest.setTimeout(60000)

const bus = useBus()

describe('a cluster of three deepstream 1.1.1 servers', () => {
  const fixture = useCluster(bus, {
    version: '1.1.1',
    servers: 3,
    nameOf: (number) => `Zürich/東京 ${number}`,
    config: { rpcTimeout: 1500 }
  })

  eventScenarios(fixture)
  recordScenarios(fixture)
  rpcScenarios(fixture)
  rejectionScenarios(fixture)
  listeningScenarios(fixture)
  payloadScenarios(fixture)
  rpcTimeoutScenarios(fixture)
  healthScenarios(fixture)

  describe('what deepstream 1.1.1 does not make of the messages it gets', () => {
    test('a deletion reaches the other nodes, which do not know such an action', async () => {
      const record = await openRecord(fixture.clients[0], unique('record'))
      record.delete()
      await eventually(() => /UNKNOWN_ACTION \| A\b/.test(fixture.cluster.servers[1].logs))
    })

    test("a provider's error reaches the caller's node, which does not find the call", async () => {
      const name = unique('fail')
      const provider = await fixture.cluster.connect(1)
      provider.rpc.provide(name, (_data, response) => response.error('out of paper'))
      await eventually(async () =>
        (await fixture.cluster.servers[0].serversWith('rpc', name)).includes(
          fixture.cluster.servers[1].name
        )
      )

      await expect(call(fixture.clients[0], name)).rejects.toThrow('ACK_TIMEOUT')
      expect(fixture.cluster.servers[0].logs).toMatch(/UNSOLICITED_MSGBUS_MESSAGE/)
    })
  })
})

describe('deepstream 1.1.1', () => {
  membershipScenarios(bus, '1.1.1')

  test('servers start on a bus that nobody has used before, within its own limit of two seconds', async () => {
    await expectStart(bus, { version: '1.1.1', config: { dependencyInitialisationTimeout: 2000 } })
  })
})
