'use strict'

const { EventEmitter } = require('events')
const { Pinger } = require('../participant/round-trip')

/** A bus whose only other node is what the test says in `answer`. */
function connector() {
  const channels = new EventEmitter()
  const pings = []
  return {
    pings,
    subscribe: (channel, callback) => channels.on(channel, callback),
    publish: (channel, message) => pings.push({ channel, ...message }),
    answer: (asker, answerer, id = -1) => channels.emit('PONG', { data: [id, asker, answerer] }),
    ask: (asker) => channels.emit('PING', { data: [7, asker] })
  }
}

test('a probe waits for an answer of each other node', async () => {
  const bus = connector()
  let isOver = false
  const probed = new Pinger(bus).probe(2).then(() => (isOver = true))
  bus.answer(process.pid, 1)
  bus.answer(process.pid, 1)
  await null
  expect(isOver).toBe(false)
  bus.answer(process.pid, 2)
  await probed
})

test('answers to others are not counted', async () => {
  const bus = connector()
  let isOver = false
  const probed = new Pinger(bus).probe(1).then(() => (isOver = true))
  bus.answer(process.pid + 1, 1)
  await null
  expect(isOver).toBe(false)
  bus.answer(process.pid, 1)
  await probed
})

test('an answer to an earlier probe is not counted', async () => {
  const bus = connector()
  const pinger = new Pinger(bus)
  const first = pinger.probe(1)
  bus.answer(process.pid, 1)
  await first
  let isOver = false
  const second = pinger.probe(1).then(() => (isOver = true))
  bus.answer(process.pid, 1)
  await null
  expect(isOver).toBe(false)
  expect(bus.pings.at(-1).data[0]).toBe(-2)
  bus.answer(process.pid, 1, -2)
  await second
})

test('an answer says whom it is for and whom it is from', () => {
  const bus = connector()
  new Pinger(bus)
  bus.ask(42)
  expect(bus.pings).toEqual([
    { channel: 'PONG', topic: 'PONG', action: 'RES', data: [7, 42, process.pid] }
  ])
})
