'use strict'

const { median, percentile, sorted, stalls, summary } = require('../statistics')

test('a percentile is the nearest rank', () => {
  const values = sorted(Array.from({ length: 1000 }, (_, index) => 1000 - index))
  expect(percentile(values, 50)).toBe(500)
  expect(percentile(values, 99)).toBe(990)
  expect(percentile(values, 99.9)).toBe(999)
  expect(percentile(values, 100)).toBe(1000)
})

test('a percentile of one value is that value', () => {
  expect(percentile(sorted([7]), 99.9)).toBe(7)
})

test('the median of an even number of values lies between the middle ones', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([10, 9, 1])).toBe(9)
})

test('a summary has the median and the extremes', () => {
  expect(summary([10, 9, 1])).toEqual({ median: 9, min: 1, max: 10 })
})

test('consecutive slow messages are one stall', () => {
  expect(stalls([1, 45, 44, 1, 30, 31], 30)).toEqual([
    { first: 1, messages: 2, worstMs: 45 },
    { first: 5, messages: 1, worstMs: 31 }
  ])
})
