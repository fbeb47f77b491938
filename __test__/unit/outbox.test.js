'use strict'

const { setTimeout: delay } = require('node:timers/promises')
const { Outbox } = require('../../lib/outbox')

describe('the outbox', () => {
  let runs
  let outbox

  beforeEach(() => {
    runs = []
    outbox = new Outbox((channel, messages, target) => runs.push([channel, messages, target]))
  })

  test('hands over what one tick publishes to one channel at once, at the end of the tick', async () => {
    outbox.add('E', '1')
    outbox.add('E', '"two"')
    expect(runs).toEqual([])

    await new Promise(process.nextTick)

    expect(runs).toEqual([['E', '1\n"two"', undefined]])
  })

  test('keeps the order of messages to several channels and to several nodes', () => {
    outbox.add('E', '1')
    outbox.add('R', '2')
    outbox.add('E', '3')
    outbox.add('E', '4', 'node-2')
    outbox.add('E', '5')
    outbox.flush()

    expect(runs).toEqual([
      ['E', '1', undefined],
      ['R', '2', undefined],
      ['E', '3', undefined],
      ['E', '4', 'node-2'],
      ['E', '5', undefined]
    ])
  })

  test('shows undefined as an empty line, also alone and at either end', () => {
    outbox.add('E', undefined)
    outbox.add('E', '1')
    outbox.add('E', undefined)
    outbox.flush()
    outbox.add('E', undefined)
    outbox.flush()

    expect(runs.map(([, messages]) => messages)).toEqual(['\n1\n', ''])
  })

  test('hands over within a tick what is too much to gather', () => {
    const large = JSON.stringify('x'.repeat(100 * 1024))
    outbox.add('E', large)
    outbox.add('E', large)
    expect(runs).toEqual([])

    outbox.add('E', large)

    expect(runs).toEqual([['E', [large, large, large].join('\n'), undefined]])
  })

  test('busy ticks in a row share a hand-over, which comes by itself', async () => {
    const many = JSON.stringify('x'.repeat(10 * 1024))
    for (let tick = 0; tick < 3; tick++) {
      outbox.add('E', many)
      await new Promise(setImmediate)
    }
    await delay(20)

    expect(runs.length).toBeLessThan(3)
    expect(runs.flatMap(([, messages]) => messages.split('\n'))).toEqual([many, many, many])
  })

  test('hands nothing over twice, and nothing when there is nothing', async () => {
    outbox.flush()
    outbox.add('E', '1')
    outbox.flush()
    await delay(5)
    outbox.flush()

    expect(runs).toHaveLength(1)
  })
})
