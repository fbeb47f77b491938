'use strict'

/**
 * For deepstream 4 and later; to be called last: nothing of what the tests before did may have left a
 * trace of trouble.
 *
 * @param {ReturnType<import('../support/fixture').useCluster>} fixture
 */
function modernHealthScenarios(fixture) {
  describe('after all of this', () => {
    test('every server is still running, with its cluster node ready', () => {
      expect(fixture.cluster.running).toEqual(fixture.cluster.servers)
      for (const server of fixture.cluster.servers) {
        expect(server.logs).toMatch(/clusterNode ready: Apache Kafka cluster node/)
      }
    })

    test('no server has reported a trouble of its cluster node', () => {
      for (const server of fixture.cluster.servers) {
        expect(server.logs).not.toMatch(/PLUGIN_|KAFKA_CLUSTER_NODE/)
      }
    })

    test('nothing that was published is missing, invalid or undelivered', async () => {
      for (const server of fixture.cluster.servers) {
        expect(await server.stats()).toMatchObject({
          state: 'ready',
          publishFailed: 0,
          invalid: 0,
          missed: 0,
          disconnects: 0
        })
      }
    })

    test('no client has reported an error', () => {
      expect(fixture.clients.map((client) => client.errors)).toEqual(fixture.clients.map(() => []))
    })
  })
}

module.exports = { modernHealthScenarios }
