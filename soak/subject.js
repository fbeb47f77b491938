'use strict'

/**
 * The process whose figures are taken: opens and closes connectors, then starts and terminates workers. It tells its parent
 * the figures, and what it saw; see run.js. It ends with its parent.
 */

const { Cycles } = require('./cycle')
const { settledFigures } = require('./figures')
const { Terminated } = require('./terminated')

const { options, cycles, workers, samples } = JSON.parse(process.argv[2])

/**
 * @param {string} name of the phase
 * @param {number} count how often
 * @param {() => Promise<void>} once one of them
 */
async function phase(name, count, once) {
  // What is made at the first times and kept is no growth: libraries, code, thread pools, JavaScript's heap.
  const warmUp = Math.max(Math.ceil(count / 10), Math.min(count, 6))
  for (let done = 0; done < warmUp; done++) await once()
  const before = await settledFigures()
  process.send({ sample: { phase: name, done: warmUp, ...before } })
  const step = Math.ceil((count - warmUp) / samples)
  for (let done = warmUp + 1; done <= count; done++) {
    await once()
    const isDue = done === count || (done - warmUp) % step === 0
    if (!isDue) continue
    process.send({ sample: { phase: name, done, ...(await settledFigures(before)) } })
  }
}

async function main() {
  const life = new Cycles(options)
  await life.ready()
  await phase('cycles', cycles, () => life.run())
  const terminated = new Terminated(options)
  await phase('workers', workers, () => terminated.run())
  await life.end()
  const { errors, longestCloseMs } = life
  process.send({ end: { errors, longestCloseMs, longestTerminationMs: terminated.longestMs } })
}

process.on('disconnect', () => process.exit())
main().then(
  () => process.disconnect(),
  (error) => process.send({ failure: error.stack }, () => process.exit(1))
)
