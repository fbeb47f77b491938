'use strict'

const { Random, seedFrom } = require('../../chaos/random')
const { ROUND, schedule, roundFrom } = require('../../chaos/schedule')

const SIZE = { nodes: 4, brokers: 3 }

/** @returns {object[]} the first so many faults */
function faults(seed, count, round) {
  const generator = schedule(new Random(seed), SIZE, round)
  return Array.from({ length: count }, () => generator.next().value)
}

test('a seed gives the same faults again, and another one others', () => {
  expect(faults(1, 50)).toEqual(faults(1, 50))
  expect(faults(1, 50)).not.toEqual(faults(2, 50))
})

test('each round has every kind, in an order of its own', () => {
  const kinds = faults(3, 4 * ROUND.length).map(({ kind }) => kind)
  const orders = new Set()
  while (kinds.length > 0) {
    const round = kinds.splice(0, ROUND.length)
    orders.add(round.join())
    expect(round.sort()).toEqual([...ROUND].sort())
  }
  expect(orders.size).toBeGreaterThan(1)
})

test('faults keep within their bounds', () => {
  for (const { kind, calmMs, forMs, node, order } of faults(4, 500)) {
    expect(calmMs).toBeGreaterThanOrEqual(2000)
    if (kind === 'pause') {
      expect(forMs).toBeGreaterThanOrEqual(5000)
      expect(forMs).toBeLessThanOrEqual(9000)
    }
    if (kind === 'stall') {
      expect(forMs).toBeGreaterThanOrEqual(3000)
      expect(forMs).toBeLessThanOrEqual(8000)
    }
    if (node !== undefined) expect([0, 1, 2, 3, 'all']).toContain(node)
    if (order) expect([...order].sort()).toEqual([0, 1, 2])
  }
})

test('the links of the first round are those to the leader', () => {
  const links = faults(8, 20 * ROUND.length).filter(({ atLeader }) => atLeader !== undefined)
  expect(links.slice(0, 3).map(({ atLeader }) => atLeader)).toEqual([true, true, true])
  expect(links.map(({ atLeader }) => atLeader)).toContain(false)
})

test('a round may be of certain kinds, or of none', () => {
  expect(new Set(faults(5, 10, roundFrom('slow,stall')).map(({ kind }) => kind))).toEqual(
    new Set(['slow', 'stall'])
  )
  expect(faults(5, 1, roundFrom('none'))).toEqual([undefined])
  expect(roundFrom(undefined)).toEqual(ROUND)
  expect(() => roundFrom('pause,sabotage')).toThrow('no fault sabotage')
})

test('a seed that is given is taken, and a bad one refused', () => {
  expect(seedFrom('42')).toBe(42)
  expect(seedFrom('0')).toBe(0)
  expect(seedFrom(undefined)).toBeLessThan(2 ** 32)
  for (const text of ['-1', '1.5', 'seed', String(2 ** 32)]) {
    expect(() => seedFrom(text)).toThrow(`CHAOS_SEED=${text} is no seed`)
  }
})

test('random integers are within their bounds, and each occurs', () => {
  const random = new Random(6)
  const drawn = Array.from({ length: 1000 }, () => random.between(3, 7))
  expect([...new Set(drawn)].sort()).toEqual([3, 4, 5, 6, 7])
})
