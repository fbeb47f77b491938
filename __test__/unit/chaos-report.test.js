'use strict'

const { check } = require('../../chaos/checker')
const { failures, report } = require('../../chaos/report')

/** @returns {object} the outcome of a run of two nodes, of which each sent three messages */
function outcome() {
  const received = [
    { senders: [1, 1, 1], numbers: [0, 1, 2] },
    { senders: [0, 0, 0], numbers: [0, 1, 2] }
  ]
  const result = (reception) => ({
    ...reception,
    damaged: 0,
    silence: { ms: 2500, fromMs: 5000 },
    troubles: {},
    stats: { published: 3, duplicates: 0 }
  })
  const run = { names: ['node-1', 'node-2'], sent: [3, 3] }
  return {
    ...run,
    seed: 42,
    startedMs: 1000,
    publishedMs: 60000,
    faults: [
      { kind: 'pause', what: 'broker 1, the leader, for 5000 ms', atMs: 2000, tookMs: 5010 }
    ],
    results: received.map(result),
    unsettled: undefined,
    verdict: check({ ...run, received })
  }
}

test('a run in which all went well has passed', () => {
  expect(failures(outcome())).toEqual([])
  expect(report(outcome())).toContain('PASSED: 0 lost, 0 doubled, 0 out of order, one total order')
})

test('the report tells seed, faults, counts, silence, troubles and stats', () => {
  const run = outcome()
  run.results[0].troubles.ERR_KAFKA_DISCONNECTED = { count: 2, first: 'No broker answers.\nMore' }
  expect(failures(run)).toEqual([])
  const text = report(run)
  expect(text).toContain('seed 42, 6 messages in 60.0 s, 1 faults')
  expect(text).toContain('at 2.0 s, 5.0 s: pause, broker 1, the leader, for 5000 ms')
  expect(text).toContain('node-1 sent 3, got 3')
  expect(text).toContain('longest silence 2.5 s, at 4.0 s')
  expect(text).toContain('2 x ERR_KAFKA_DISCONNECTED: No broker answers.\n')
  expect(text).toContain('published 3, duplicates 0')
})

test('whatever the checker finds is a failure', () => {
  const run = outcome()
  const received = [
    { senders: [1, 1, 1], numbers: [0, 2, 1] },
    { senders: [0, 0, 0], numbers: [0, 1, 1] }
  ]
  run.verdict = check({ ...run, received })
  expect(failures(run)).toEqual([
    '1 messages of node-1 lost (2) at node-2',
    '1 messages of node-1 doubled (1) at node-2',
    '1 messages of node-2 out of order (1) at node-1'
  ])
  expect(report(run)).toContain('FAILED with seed 42: 1 lost, 1 doubled, 1 out of order')
})

test.each([
  [
    'a loss that a node tells',
    'says that messages are lost: Seven.',
    (run) => {
      run.results[1].troubles.ERR_KAFKA_RECORDS_MISSED = { count: 1, first: 'Seven.' }
    }
  ],
  ['a damaged message', '1 damaged messages at node-2', (run) => (run.results[1].damaged = 1)],
  ['what does not come to an end', 'Waited in vain', (run) => (run.unsettled = 'Waited in vain')]
])('%s is a failure', (_, line, spoil) => {
  const run = outcome()
  spoil(run)
  expect(failures(run)).toEqual([expect.stringContaining(line)])
})
