'use strict'

const { CHANNEL, LOWEST_NUMBER } = require('../event-message')
const { flood } = require('../participant/sender')

/** @returns {{calls: any[][], publish: Function, publishDirect: Function}} */
function recorder() {
  const calls = []
  return {
    calls,
    publish: (...call) => calls.push(['publish', ...call]),
    publishDirect: (...call) => calls.push(['publishDirect', ...call])
  }
}

const RUN = { first: LOWEST_NUMBER, count: 5, perTick: 2 }

test('a flood publishes all messages of the run', async () => {
  const connector = recorder()
  await flood(connector, RUN)
  expect(connector.calls).toHaveLength(5)
  expect(connector.calls[4]).toEqual(['publish', CHANNEL, expect.objectContaining({ topic: 'E' })])
})

test('a flood on another channel has messages of that topic', async () => {
  const connector = recorder()
  await flood(connector, { ...RUN, channel: 'U' })
  expect(connector.calls[0]).toEqual(['publish', 'U', expect.objectContaining({ topic: 'U' })])
})

test('a flood to one server sends direct messages', async () => {
  const connector = recorder()
  await flood(connector, { ...RUN, target: 'a-server' })
  expect(connector.calls).toHaveLength(5)
  expect(connector.calls[0].slice(0, 2)).toEqual(['publishDirect', 'a-server'])
})
