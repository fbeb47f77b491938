'use strict'

const { quantile } = require('../../packages/deepstream-kafka/lib/quantile')
const { bar } = require('../../packages/deepstream-kafka/lib/bench/progress')
const { needs, report } = require('../../packages/deepstream-kafka/lib/bench/report')

const measurement = (perSecond, senderCpu, receiverCpu, more) => ({
  rate: perSecond,
  perSecond,
  p50Ms: 1.234,
  p99Ms: 12.6,
  senderCpu,
  receiverCpu,
  ...more
})

const MEASURED = {
  bytesPerMessage: 100,
  measurements: [
    measurement(1000, 0.1, 0.05),
    measurement(11000, 0.2, 0.15, { rate: null, p50Ms: null, p99Ms: null })
  ]
}

test('a quantile is the smallest value that so many do not exceed', () => {
  expect([0, 0.5, 0.99, 1].map((share) => quantile([1, 2, 3, 4], share))).toEqual([1, 2, 4, 4])
  expect(quantile([], 0.5)).toBeNaN()
})

test('what servers need lies between the measurements below and above', () => {
  const [small, large, ...others] = needs(MEASURED, 2)
  // Each publishes 500 and hears 500; 5,000 lie four tenths of the way from 1,000 to 11,000.
  expect(small.cpu).toBeCloseTo(0.05 + 0.025)
  expect(large.cpu).toBeCloseTo(0.14 + 0.09)
  expect(large).toMatchObject({
    messagesPerSecond: 10000,
    bytesInPerSecond: 1000000,
    bytesOutPerSecond: 500000
  })
  // Nothing is said of loads that were not reached.
  expect(others).toEqual([])
})

test('the report has a line for each measurement and each load, with aligned columns', () => {
  const settings = { seconds: 5, messageBytes: 200, servers: 2 }
  const lines = report({ ...MEASURED, needs: needs(MEASURED, 2) }, settings).split('\n')
  expect(lines[2]).toBe('messages/s       p50      p99   sender CPU   receiver CPU')
  expect(lines[3]).toBe('     1,000   1.23 ms    13 ms       10.0 %          5.0 %')
  expect(lines[4]).toBe('    11,000    queued   queued       20.0 %         15.0 %')
  expect(lines.at(-1)).toBe('    10,000          23.0 %   1.00 MB/s   0.50 MB/s')
})

test('the bar shows how far it is', () => {
  expect(bar(0.5)).toBe(`[${'#'.repeat(15)}${'.'.repeat(15)}] 50 %`)
})
