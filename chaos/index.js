'use strict'

/**
 * The command: `npm run chaos`. Nodes talk over a Kafka cluster on which one fault after the other is
 * inflicted, and every message has to arrive once and in order. Exit code 0 if so, 1 if not, 2 when
 * nothing was run.
 *
 * CHAOS_MINUTES  how long messages are published at least (1)
 * CHAOS_SEED     repeats the faults of the run that printed it
 * CHAOS_FAULTS   only faults of these kinds, with commas between, or none
 */

const { seedFrom } = require('./random')
const { failures, report } = require('./report')
const { run } = require('./run')
const { roundFrom } = require('./schedule')

const say = (line) => process.stdout.write(`${line}\n`)

/**
 * @param {string} [text] of CHAOS_MINUTES
 * @returns {number} milliseconds
 * @throws {Error} when that is no time
 */
function durationFrom(text = '1') {
  const minutes = Number(text)
  if (minutes > 0 && minutes < Infinity) return minutes * 60000
  throw new Error(`CHAOS_MINUTES=${text} is no number of minutes`)
}

async function main({ CHAOS_MINUTES, CHAOS_SEED, CHAOS_FAULTS }) {
  const options = {
    leastMs: durationFrom(CHAOS_MINUTES),
    seed: seedFrom(CHAOS_SEED),
    round: roundFrom(CHAOS_FAULTS),
    say
  }
  say(`CHAOS_SEED=${options.seed}`)
  const outcome = await run(options)
  say(report(outcome))
  return failures(outcome).length === 0 ? 0 : 1
}

main(process.env).then(
  (code) => (process.exitCode = code),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exitCode = 2
  }
)
