'use strict'

const { DeepstreamCluster } = require('../../../harness/deepstream/cluster')
const { startBus } = require('../../../harness/deepstream/bus')
const { inOneOf } = require('../../support/attempts')

/** deepstream's time-out of silent nodes, longer than any test: a node that is dropped nevertheless has told that it leaves. */
const NO_TIMEOUT_MS = 3600000
/** The first start on a machine downloads a broker and deepstream. */
const START_TIMEOUT_MS = 300000

/**
 * Starts one message bus for all the clusters of a test file.
 *
 * @returns {{ current: import('../../../harness/deepstream/bus').Bus }} filled before the tests
 */
function useBus() {
  const bus = { current: null }
  beforeAll(async () => {
    bus.current = await startBus()
  }, START_TIMEOUT_MS)
  afterAll(async () => {
    if (bus.current) await bus.current.stop()
  })
  return bus
}

/**
 * Starts a cluster, with one client connected to each server, for the tests around the call.
 *
 * @param {ReturnType<typeof useBus>} bus
 * @param {object} options as for DeepstreamCluster.start(), without the plugin
 * @returns {{ cluster: DeepstreamCluster, clients: object[] }} filled before the tests
 */
function useCluster(bus, options) {
  const fixture = { cluster: null, clients: [] }
  beforeAll(async () => {
    fixture.cluster = await DeepstreamCluster.start({ ...options, plugin: bus.current.plugin() })
    const { servers } = fixture.cluster
    fixture.clients = await Promise.all(servers.map((server) => fixture.cluster.connect(server)))
  }, START_TIMEOUT_MS)
  afterAll(async () => {
    if (fixture.cluster) await fixture.cluster.stop()
  })
  return fixture
}

/**
 * Starts two servers on a Kafka topic that does not exist yet, with a limit for that which a busy machine may exceed.
 *
 * @param {ReturnType<typeof useBus>} bus
 * @param {object} options as for DeepstreamCluster.start(), without the plugin
 */
async function expectStart(bus, options) {
  const start = () =>
    DeepstreamCluster.start({ ...options, servers: 2, plugin: bus.current.plugin() })
  const cluster = await inOneOf(3, start)
  await cluster.stop()
}

let count = 0

/**
 * @param {string} prefix
 * @returns {string} a name that no other test has used
 */
function unique(prefix) {
  return `${prefix}/${++count}`
}

module.exports = { NO_TIMEOUT_MS, useBus, useCluster, expectStart, unique }
