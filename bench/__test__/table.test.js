'use strict'

const { table } = require('../report/table')

const SETTINGS = { rate: 1000, stallMs: 30, seconds: 10, bytes: 1000 }

/**
 * @param {string} name of the bus
 * @param {object[]} values of each repetition
 */
function result(name, ...values) {
  return { bus: { name, title: name }, repetitions: values.map((each) => ({ values: each })) }
}

test('the ratio is that of the medians to the reference', () => {
  const results = [
    result('redis', { throughput: 10 }, { throughput: 20 }, { throughput: 30 }),
    result('kafka', { throughput: 50 }, { throughput: 30 }, { throughput: 70 })
  ]
  expect(
    table(results, 'redis', SETTINGS)
      .split('\n')
      .map((line) => line.trim())
  ).toEqual([
    'throughput, one sender, one receiver (msg/s, more is better)',
    expect.stringMatching(/^redis +20 +10 \.\. 30$/),
    expect.stringMatching(/^kafka +50 +30 \.\. 70 +2\.50 x$/)
  ])
})

test('without the reference the ratio is to the first bus', () => {
  const results = [result('kafka@old', { throughput: 20 }), result('kafka', { throughput: 30 })]
  expect(table(results, 'redis', SETTINGS)).toMatch(/kafka +30 +30 \.\. 30 +1\.50 x$/)
})

test('a bus of which a measure was not taken has no line there', () => {
  const results = [
    result('redis', { throughput: 1 }),
    result('kafka', { throughput: 1, readyMs: 5 })
  ]
  const blocks = table(results, 'redis', SETTINGS).split('\n\n')
  expect(blocks).toHaveLength(2)
  expect(blocks[1]).toContain('kafka')
  expect(blocks[1]).not.toContain('redis')
})
