'use strict'

/**
 * To be called last: nothing of what the tests before did may have left a trace of trouble.
 *
 * @param {ReturnType<import('../support/fixture').useCluster>} fixture
 */
function healthScenarios(fixture) {
  describe('after all of this', () => {
    test('every server is still running', () => {
      expect(fixture.cluster.running).toEqual(fixture.cluster.servers)
    })

    test('no server has reported an error of its message connector', () => {
      for (const server of fixture.cluster.servers) {
        expect(server.logs).not.toMatch(/Error from messageConnector/)
      }
    })

    test('no client has reported an error', () => {
      expect(fixture.clients.map((client) => client.errors)).toEqual(fixture.clients.map(() => []))
    })
  })
}

module.exports = { healthScenarios }
