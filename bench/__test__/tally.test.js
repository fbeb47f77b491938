'use strict'

const { Tally } = require('../participant/tally')

/** @param {number[]} numbers in the order of arrival */
function tallied(...numbers) {
  const tally = new Tally(100)
  for (const number of numbers) tally.count(number)
  return tally.result()
}

test('messages that all come once and in order are no fault', () => {
  expect(tallied(100, 101, 102)).toEqual({
    received: 3,
    repeated: 0,
    skipped: 0,
    damaged: 0,
    fault: null
  })
})

test('a lost message is a fault', () => {
  expect(tallied(100, 102)).toMatchObject({ received: 2, skipped: 1 })
  expect(tallied(100, 102).fault).toBe('message 2 came, expected was 1')
})

test('a doubled message is a fault', () => {
  expect(tallied(100, 101, 101)).toMatchObject({ received: 2, repeated: 1 })
})

test('two messages in the wrong order are a fault', () => {
  expect(tallied(100, 102, 101)).toMatchObject({ skipped: 1, repeated: 1 })
})

test('a message of an earlier pair is a fault', () => {
  expect(tallied(100, 7)).toMatchObject({ received: 1, repeated: 1 })
})

test('a message without a number is damaged', () => {
  expect(tallied(100, NaN)).toMatchObject({ received: 1, damaged: 1 })
})
