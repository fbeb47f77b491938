'use strict'

const { EventEmitter } = require('events')
const { CHANNEL, eventMessage } = require('../event-message')
const { Numbers } = require('../numbers')
const { Receiver } = require('../participant/receiver')

/** @returns {{receiver: Receiver, send: (number: number, bytes?: number) => void, senders: Numbers[]}} */
function listening() {
  const senders = [new Numbers(), new Numbers()]
  const channels = new EventEmitter()
  const connector = { subscribe: (channel, callback) => channels.on(channel, callback) }
  const receiver = new Receiver(
    connector,
    senders.map(({ first }) => first)
  )
  const send = (number, bytes) => channels.emit(CHANNEL, eventMessage(number, bytes))
  return { receiver, send, senders }
}

/** What a run of two messages of each sender is told by. */
function runOf(senders, options) {
  return { firsts: senders.map((sender) => sender.take(2)), count: 2, timeoutMs: 1, ...options }
}

test('a run is over when the last message of the last sender has come', async () => {
  const { receiver, send, senders } = listening()
  const run = runOf(senders)
  const [one, other] = run.firsts
  receiver.expect(run)
  for (const number of [one, other, one + 1]) send(number)
  expect(receiver.run).not.toBeNull()
  send(other + 1)
  expect(receiver.run).toBeNull()
  expect(await receiver.arrived).toMatchObject({ lastAt: expect.any(Number), arrivedAt: null })
  expect(receiver.result()).toMatchObject({ received: 4, unexpected: 0, fault: null })
})

test('the order counts for each sender by itself', () => {
  const { receiver, send, senders } = listening()
  const [one, other] = senders.map(({ first }) => first)
  for (const number of [other, one, other + 2, one + 1]) send(number)
  expect(receiver.result()).toMatchObject({ received: 4, skipped: 1, repeated: 0 })
})

test('a message that nobody else was to send is unexpected', () => {
  const { receiver, send } = listening()
  send(new Numbers().first)
  expect(receiver.result()).toMatchObject({ received: 0, unexpected: 1 })
})

test('a run of which a message is missing ends some time after the last was sent', async () => {
  const { receiver, send, senders } = listening()
  const run = runOf(senders)
  receiver.expect(run)
  for (const first of run.firsts) send(first)
  receiver.sent()
  await expect(receiver.arrived).rejects.toThrow('only 2 of 4 messages had arrived')
})

test('the content is compared with that of a message of the same size', async () => {
  const { receiver, send, senders } = listening()
  const run = runOf(senders, { checkContent: true, bytes: 1000 })
  const [one, other] = run.firsts
  receiver.expect(run)
  for (const number of [one, one + 1, other]) send(number, 1000)
  expect(receiver.result()).toMatchObject({ damaged: 0 })
  send(other + 1, 1001 + 10)
  expect(receiver.result()).toMatchObject({ damaged: 1 })
})

test('messages may come over further topics', () => {
  const channels = new EventEmitter()
  const connector = { subscribe: (channel, callback) => channels.on(channel, callback) }
  const sender = new Numbers()
  const receiver = new Receiver(connector, [sender.first], 2)
  channels.emit('T1', eventMessage(sender.first))
  channels.emit('T0', eventMessage(sender.first + 1))
  expect(channels.eventNames()).toEqual([CHANNEL, 'T0', 'T1'])
  expect(receiver.result()).toMatchObject({ received: 2, fault: null })
})
