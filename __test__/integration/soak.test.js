'use strict'

const { failures, row, summary } = require('../../soak/report')
const { run } = require('../../soak/run')

// Brokers of the harness, whose figures are not taken.
jest.setTimeout(300000)

test('connectors that come and go, and workers that are terminated, leave no threads, handles or memory behind', async () => {
  const outcome = await run({ cycles: 30, workers: 15 })
  const lines = [...outcome.samples.map(row), summary(outcome)]
  expect({ failures: failures(outcome), lines }).toEqual({ failures: [], lines })
  // The process has come to its end, and did all of it.
  const done = (phase) => outcome.samples.filter((sample) => sample.phase === phase).at(-1).done
  expect([done('cycles'), done('workers')]).toEqual([30, 15])
})
