'use strict'

const { failures, row, summary } = require('../../soak/report')

const MIB = 1024 * 1024

/** Samples of both phases, of which the last one of the named phase differs. */
function outcome(phase, change, more) {
  const sample = { threads: 15, handles: 34, residentBytes: 50 * MIB, heapBytes: 4 * MIB }
  const samples = ['cycles', 'workers'].flatMap((name) => [
    { phase: name, done: 10, ...sample },
    { phase: name, done: 100, ...sample, ...(name === phase && change) }
  ])
  return {
    samples,
    errors: [],
    longestCloseMs: 100,
    longestTerminationMs: 200,
    tookMs: 60000,
    ...more
  }
}

test('a run without growth has passed', () => {
  expect(failures(outcome())).toEqual([])
  expect(failures(outcome('cycles', { threads: 14, residentBytes: 60 * MIB }))).toEqual([])
  expect(summary(outcome())).toBe(
    '60 s; longest close() 100 ms, longest termination 200 ms\nPASSED'
  )
})

test.each([
  [
    'cycles',
    { threads: 16 },
    'threads grew from 15 to 16, from 10 to 100 connectors opened and closed'
  ],
  ['workers', { handles: 35 }, 'handles grew from 34 to 35, from 10 to 100 workers terminated'],
  [
    'workers',
    { residentBytes: 80 * MIB },
    'memory grew by 30.0 MiB, from 10 to 100 workers terminated'
  ]
])('growth in %s is told: %p', (phase, change, line) => {
  expect(failures(outcome(phase, change))).toEqual([line])
  expect(summary(outcome(phase, change))).toContain(`FAILED\n  ${line}`)
})

test('errors and what takes long are told', () => {
  const more = { errors: ['X: y', 'X: y'], longestCloseMs: 5001, longestTerminationMs: 6000 }
  expect(failures(outcome('', {}, more))).toEqual([
    'a connector emitted X: y',
    'close() took 5001 ms',
    'a termination took 6000 ms'
  ])
})

test('a sample is a line of the table', () => {
  const [sample] = outcome().samples
  expect(row(sample)).toBe('cycles       10       15       34        50.0       4.0')
})
