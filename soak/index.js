'use strict'

/**
 * The command: `npm run soak`. Opens and closes many connectors, and terminates many workers that have some, and looks
 * whether threads, handles or memory grow. Exit code 0 if not, 1 if so, 2 when it could not be found out.
 *
 * SOAK_CYCLES   how many connectors (1000)
 * SOAK_WORKERS  how many workers (200)
 */

const { HEAD, failures, row, summary } = require('./report')
const { run } = require('./run')

const say = (line) => process.stdout.write(`${line}\n`)

/**
 * @param {string} name of an environment variable
 * @param {number} usual its value if it is not set
 */
function countFrom(name, usual) {
  const count = Number(process.env[name] ?? usual)
  if (Number.isInteger(count) && count >= 10) return count
  throw new Error(`${name}=${process.env[name]} is no whole number from 10`)
}

async function main() {
  const [cycles, workers] = [countFrom('SOAK_CYCLES', 1000), countFrom('SOAK_WORKERS', 200)]
  say(HEAD)
  const outcome = await run({ cycles, workers, say: (sample) => say(row(sample)) })
  say(summary(outcome))
  return failures(outcome).length === 0 ? 0 : 1
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exitCode = 2
  }
)
