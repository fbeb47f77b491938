'use strict'

const { Ledger, AFTERMATH_MS } = require('../../demo/ledger')

const everybody = () => true

/** @returns {{ledger: Ledger, send: (count: number) => object[]}} two servers, of which b is to hear a */
function two() {
  const ledger = new Ledger()
  ledger.join('b')
  ledger.join('a')
  return { ledger, send: (count) => Array.from({ length: count }, () => ledger.send('a')) }
}

describe('the ledger of the demo', () => {
  test('counts what arrives once and in order, and what is under way', () => {
    const { ledger, send } = two()
    for (const message of send(3).slice(0, 2)) ledger.arrive('a', 'b', message, 10)
    expect(ledger.view(10, everybody)).toEqual({
      sent: 3,
      arrived: 2,
      underWay: 1,
      lost: 0,
      doubled: 0,
      outOfOrder: 0,
      wentDown: 0,
      silenceMs: 0,
      longestMs: 0
    })
  })

  test('counts what was left out as lost until it comes late', () => {
    const { ledger, send } = two()
    const [first, second, third, fourth] = send(4)
    for (const message of [first, fourth]) ledger.arrive('a', 'b', message, 10)
    expect(ledger.view(10, everybody)).toMatchObject({ lost: 2, outOfOrder: 0 })
    ledger.arrive('a', 'b', third, 11)
    expect(ledger.view(11, everybody)).toMatchObject({ lost: 1, outOfOrder: 1, doubled: 0 })
    for (const message of [third, fourth]) ledger.arrive('a', 'b', message, 12)
    expect(ledger.view(12, everybody)).toMatchObject({ lost: 1, outOfOrder: 1, doubled: 2 })
    ledger.arrive('a', 'b', second, 13)
    expect(ledger.view(13, everybody)).toMatchObject({ lost: 0, outOfOrder: 2 })
  })

  test('counts the first messages of a new sender too, but not those before a receiver came', () => {
    const { ledger, send } = two()
    const [, , third] = send(3)
    ledger.arrive('a', 'b', third, 10)
    expect(ledger.view(10, everybody).lost).toBe(2)
    ledger.join('late')
    ledger.arrive('a', 'late', third, 10)
    expect(ledger.view(10, everybody).lost).toBe(2)
  })

  test('what a killed sender took along is not lost by the bus, and what it had passed on still counts', () => {
    const { ledger, send } = two()
    const [first, second] = send(5)
    ledger.arrive('a', 'b', first, 10)
    ledger.leave('a', 20)
    ledger.arrive('a', 'b', second, 21)
    expect(ledger.view(22, everybody)).toMatchObject({ arrived: 2, wentDown: 0, lost: 0 })
    expect(ledger.view(20 + AFTERMATH_MS, everybody)).toMatchObject({ wentDown: 3, underWay: 0 })
  })

  test('a sender that came back begins anew', () => {
    const { ledger, send } = two()
    const before = send(2)
    ledger.arrive('a', 'b', before[0], 10)
    ledger.leave('a', 20)
    ledger.join('a')
    const [first] = send(1)
    ledger.arrive('a', 'b', first, 30)
    ledger.arrive('a', 'b', before[1], 31)
    expect(ledger.view(30, everybody)).toMatchObject({
      wentDown: 1,
      doubled: 0,
      lost: 0,
      arrived: 2
    })
  })

  test('measures the longest silence since something was done, between those who can speak', () => {
    const { ledger, send } = two()
    for (const [n, message] of send(3).entries()) ledger.arrive('a', 'b', message, n * 50)
    expect(ledger.view(400, everybody)).toMatchObject({ silenceMs: 300, longestMs: 300 })
    expect(ledger.view(400, (name) => name !== 'a')).toMatchObject({ silenceMs: 0, longestMs: 50 })
    ledger.forgetSilence(400)
    expect(ledger.view(401, everybody)).toMatchObject({ silenceMs: 1, longestMs: 1 })
    ledger.arrive('a', 'b', send(1)[0], 500)
    expect(ledger.view(501, everybody)).toMatchObject({ silenceMs: 1, longestMs: 100 })
  })
})
