'use strict'

const { EMBEDDED, KAFKAS } = require('../../matrix/brokers')
const { NODES } = require('../../matrix/nodes')
const { run } = require('../../matrix/run')

// Several Nodes start at once, or an old broker does, twice. The set-up of the tests has downloaded them.
jest.setTimeout(240000)

const [oldest, newest] = [NODES[0], NODES.at(-1)]

test('the oldest and the newest Node hold the short contract', async () => {
  const results = await run({ nodes: [oldest, newest], brokers: [EMBEDDED] })
  expect(results).toEqual([
    { broker: EMBEDDED, node: oldest, failure: undefined },
    { broker: EMBEDDED, node: newest, failure: undefined }
  ])
})

test('so does the oldest Node on the oldest Kafka', async () => {
  const results = await run({ nodes: [oldest], brokers: [KAFKAS[0]] })
  expect(results).toEqual([{ broker: KAFKAS[0], node: oldest, failure: undefined }])
})
