'use strict'

const { CHANNEL, LOWEST_NUMBER, isIntact, numberOf } = require('../event-message')
const { flood, pace } = require('../participant/sender')

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

test('a flood over several topics takes them in turn', async () => {
  const connector = recorder()
  await flood(connector, { ...RUN, topics: 2 })
  const used = connector.calls.map(([, channel, { topic }]) => [channel, topic].join())
  expect(used).toEqual(['T0,T0', 'T1,T1', 'T0,T0', 'T1,T1', 'T0,T0'])
})

test('a steady rate may have several messages in a tick', async () => {
  const connector = recorder()
  const { startAt, intervalMs, publishedAt } = await pace(connector, {
    first: LOWEST_NUMBER,
    count: 6,
    rate: 200,
    perTick: 2,
    bytes: 500
  })
  expect(intervalMs).toBe(10)
  const messages = connector.calls.map(([, , message]) => message)
  expect(messages.map(numberOf)).toEqual([0, 1, 2, 3, 4, 5].map((each) => LOWEST_NUMBER + each))
  expect(messages.every((message) => isIntact(message, 500))).toBe(true)
  // Not before its tick; a busy machine may be late.
  publishedAt.forEach((at, n) =>
    expect(at).toBeGreaterThanOrEqual(startAt + Math.floor(n / 2) * intervalMs)
  )
})
