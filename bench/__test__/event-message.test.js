'use strict'

const { LOWEST_NUMBER, eventMessage, isIntact, numberOf } = require('../event-message')

const NUMBERS = [0, 1, 15, 999982, 999983, 80e7 + 123456].map((offset) => LOWEST_NUMBER + offset)

test('a message carries its number through JSON', () => {
  for (const number of NUMBERS) {
    const received = JSON.parse(JSON.stringify(eventMessage(number)))
    expect(numberOf(received)).toBe(number)
    expect(isIntact(received)).toBe(true)
  }
})

test('a message is 190 bytes of JSON', () => {
  for (const number of NUMBERS) {
    expect(Buffer.byteLength(JSON.stringify(eventMessage(number)))).toBe(190)
  }
})

test('a message can be made larger', () => {
  for (const number of NUMBERS) {
    const bytes = Buffer.byteLength(JSON.stringify(eventMessage(number, 1000)))
    expect(Math.abs(bytes - 1000)).toBeLessThanOrEqual(1)
    const { depth } = JSON.parse(eventMessage(number, 1000).data[1].slice(1))
    expect(depth).toMatch(/^1\.\d{6} 1\.\d{6} /)
    expect(numberOf(eventMessage(number, 1000))).toBe(number)
  }
})

test('large messages are told from others of the same number', () => {
  const large = eventMessage(NUMBERS[3], 1000)
  expect(isIntact(large, 1000)).toBe(true)
  expect(isIntact(large)).toBe(false)
  expect(isIntact(eventMessage(NUMBERS[3], 30000), 30000)).toBe(true)
})

test('a small message has 100 bytes, its number, and no raw text', () => {
  const small = eventMessage(NUMBERS[3], 100)
  expect(Buffer.byteLength(JSON.stringify(small))).toBe(100)
  expect(numberOf(small)).toBe(NUMBERS[3])
  expect(isIntact(small, 100)).toBe(true)
  expect(isIntact({ ...small, raw: '' }, 100)).toBe(false)
})

test('its payload is what deepstream calls an object: O and JSON', () => {
  const { raw, topic, action, data } = eventMessage(NUMBERS[2])
  expect(raw).toBe([topic, action, ...data].join('\u001f'))
  expect(data[1][0]).toBe('O')
  expect(JSON.parse(data[1].slice(1))).toMatchObject({ n: NUMBERS[2] })
})

test('a message with other content is not intact', () => {
  const [message, other] = NUMBERS.map(eventMessage)
  expect(isIntact({ ...message, raw: other.raw })).toBe(false)
  expect(isIntact({ ...message, data: [message.data[0]] })).toBe(false)
})

test('a message without a payload has no number', () => {
  expect(numberOf({ data: ['name', 'U'] })).toBeNaN()
  expect(numberOf({ data: ['name'] })).toBeNaN()
})
