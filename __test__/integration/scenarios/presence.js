'use strict'

const { eventually } = require('../../../harness/eventually')
const { settled } = require('../../../harness/deepstream/verbs')
const { unique } = require('../support/fixture')

/**
 * Who is logged in, asked on another node than the one they are connected to.
 *
 * @param {ReturnType<import('../support/fixture').useCluster>} fixture at least two servers
 */
function presenceScenarios(fixture) {
  describe('presence', () => {
    function online(client) {
      return new Promise((resolve) => client.presence.getAll(resolve))
    }

    test('a user is seen on another node until the connection is closed', async () => {
      const username = unique('Zoë 東京')
      const user = await fixture.cluster.connect(0, {}, { username })
      await eventually(async () => (await online(fixture.clients[1])).includes(username))

      fixture.cluster.disconnect(user)

      await eventually(async () => !(await online(fixture.clients[1])).includes(username))
    })

    test('logins and logouts are announced on another node', async () => {
      const username = unique('user')
      const announced = []
      fixture.clients[1].presence.subscribe((name, isLoggedIn) => {
        if (name === username) announced.push(isLoggedIn)
      })
      await settled(fixture.clients[1])

      const user = await fixture.cluster.connect(0, {}, { username })
      await eventually(() => announced.length === 1)
      fixture.cluster.disconnect(user)
      await eventually(() => announced.length === 2)

      expect(announced).toEqual([true, false])
    })

    test('a user with connections to two nodes is online until the last is closed', async () => {
      const username = unique('user')
      const first = await fixture.cluster.connect(0, {}, { username })
      const second = await fixture.cluster.connect(1, {}, { username })
      const [server0, server1] = fixture.cluster.servers
      for (const server of [server0, server1]) {
        await eventually(async () => (await server.serversWithUser(username)).length === 2)
      }

      fixture.cluster.disconnect(first)
      await eventually(async () => (await server1.serversWithUser(username)).length === 1)
      expect(await online(fixture.clients[1])).toContain(username)

      fixture.cluster.disconnect(second)
      await eventually(async () => !(await online(fixture.clients[0])).includes(username))
    })
  })
}

module.exports = { presenceScenarios }
