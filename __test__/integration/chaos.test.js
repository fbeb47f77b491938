'use strict'

const { seedFrom } = require('../../chaos/random')
const { failures, report } = require('../../chaos/report')
const { run } = require('../../chaos/run')
const { ROUND } = require('../../chaos/schedule')

/** Two to three minutes are usual; brokers start more slowly on a busy machine. */
jest.setTimeout(1200000)

test('whatever happens to brokers and links, each message arrives once, in one order', async () => {
  const seed = seedFrom(process.env.CHAOS_SEED)
  // At once, so that a run that hangs can be repeated as well.
  const say = (line) => process.stderr.write(`${line}\n`)
  say(`CHAOS_SEED=${seed}`)
  const leastFaults = ROUND.length
  const outcome = await run({ seed, round: ROUND, leastMs: 60000, leastFaults, say })
  say(report(outcome))
  const kinds = outcome.faults.map(({ kind }) => kind)
  for (const kind of ['pause', 'pause', 'kill', 'roll', 'slow', 'stall', 'reset']) {
    expect(kinds).toContain(kind)
    kinds.splice(kinds.indexOf(kind), 1)
  }
  expect(outcome.publishedMs).toBeGreaterThan(60000)
  expect(failures(outcome)).toEqual([])
})
