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

test('a message is about 190 bytes of JSON', () => {
  for (const number of NUMBERS) {
    const bytes = Buffer.byteLength(JSON.stringify(eventMessage(number)))
    expect(bytes).toBeGreaterThan(175)
    expect(bytes).toBeLessThan(200)
  }
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
