'use strict'

const { MEASURES } = require('../measures')
const { CURVE } = require('../measures/latency')
const { extent } = require('../measures/sizes')
const { costs, predict } = require('../measures/sizing')
const { settingsFrom } = require('../options')

const SETTINGS = settingsFrom(['--plot'])

test('each point of a series is a measure', () => {
  const keys = MEASURES.map(({ key }) => key)
  for (const [series, points] of [
    ['nodes', [2, 4, 8, 16]],
    ['bytes', [100, 1000, 10000, 100000, 1000000]],
    ['topics', [1, 10, 100, 1000, 10000]]
  ]) {
    expect(keys).toEqual(expect.arrayContaining(points.map((point) => `${series}${point}`)))
    expect(SETTINGS.series[series]).toEqual(points)
  }
})

test('the points of a quick run are among them', () => {
  const { series } = settingsFrom(['--plot', '--quick'])
  for (const name of ['nodes', 'bytes', 'topics']) {
    expect(SETTINGS.series[name]).toEqual(expect.arrayContaining(series[name]))
  }
})

test('large messages are fewer, in all and in a tick', () => {
  expect(extent(100, SETTINGS)).toEqual({ count: 100000, perTick: 250 })
  expect(extent(1e6, SETTINGS)).toEqual({ count: 100, perTick: 1 })
  expect(extent(1e6, settingsFrom(['--plot', '--quick']))).toEqual({ count: 20, perTick: 1 })
})

test('the curve of latencies goes from all messages to one in a thousand', () => {
  expect(CURVE[0]).toBe(0)
  expect(CURVE[10]).toBeCloseTo(90)
  expect(CURVE.at(-1)).toBeCloseTo(99.9)
})

describe('the sizing rule', () => {
  // A tick costs 100 us out and 50 in, a message 1 and 0.5, a kilobyte of it 2 and 1.
  const values = {
    idleCpu: 1,
    floodSenderCpu: 1 + 0.19 * 2,
    floodReceiverCpu: 0.5 + 0.19,
    largeSenderCpu: 1 + 2,
    largeReceiverCpu: 0.5 + 1,
    pacedSenderCpu: 100 + 1 + 0.19 * 2,
    pacedReceiverCpu: 50 + 0.5 + 0.19
  }

  test('takes the costs from two loads each', () => {
    const { idle, out, in: into } = costs(values, { bytes: 1000 })
    expect(idle).toBe(0.01)
    for (const [key, value] of [
      ['perTick', 100],
      ['perMessage', 1],
      ['perByte', 0.002]
    ]) {
      expect(out[key]).toBeCloseTo(value, 9)
      expect(into[key]).toBeCloseTo(value / 2, 9)
    }
  })

  test('adds what a server sends and what all others send to it', () => {
    const load = { nodes: 3, ticks: 10, perTick: 5, bytes: 500 }
    const { cpu, bytesOut, bytesIn } = predict(costs(values, { bytes: 1000 }), load)
    const out = 10 * (100 + 5 * (1 + 1))
    expect(cpu).toBeCloseTo(0.01 + (out + 2 * (out / 2)) / 1e6, 9)
    expect([bytesOut, bytesIn]).toEqual([25000, 75000])
  })
})
