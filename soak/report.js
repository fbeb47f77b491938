'use strict'

const MIB = 1024 * 1024

/** What each open and close, or each worker, may leave at most, in bytes. */
const GROWTH_BYTES = 8 * 1024
/** What memory may grow by without growing with the number of cycles: the allocator's fragments. */
const NOISE_BYTES = 20 * MIB
/** No close() and no termination may take longer, in milliseconds: flushTimeoutMs is 2000. */
const LONGEST_MS = 5000

const TITLES = { cycles: 'connectors opened and closed', workers: 'workers terminated' }

/**
 * @param {import('./run').Outcome} outcome
 * @returns {string[]} all that is wrong; without any the run has passed
 */
function failures({ samples, errors, longestCloseMs, longestTerminationMs }) {
  const lines = Object.keys(TITLES).flatMap((phase) =>
    growth(samples.filter((sample) => sample.phase === phase))
  )
  for (const error of new Set(errors)) lines.push(`a connector emitted ${error}`)
  for (const [what, ms] of Object.entries({
    'close()': longestCloseMs,
    'a termination': longestTerminationMs
  })) {
    if (ms > LONGEST_MS) lines.push(`${what} took ${ms.toFixed()} ms`)
  }
  return lines
}

/** @param {import('./run').Sample[]} samples of one phase */
function growth(samples) {
  const [first, last] = [samples[0], samples.at(-1)]
  const what = `from ${first.done} to ${last.done} ${TITLES[first.phase]}`
  const lines = ['threads', 'handles']
    .filter((name) => last[name] > first[name])
    .map((name) => `${name} grew from ${first[name]} to ${last[name]}, ${what}`)
  const grown = last.residentBytes - first.residentBytes
  if (grown > NOISE_BYTES + GROWTH_BYTES * (last.done - first.done)) {
    lines.push(`memory grew by ${mib(grown)} MiB, ${what}`)
  }
  return lines
}

/** @returns {string} the head of a table of samples */
const HEAD = 'phase      done  threads  handles  memory MiB  heap MiB'

/**
 * @param {import('./run').Sample} sample
 * @returns {string} its line in the table
 */
function row({ phase, done, threads, handles, residentBytes, heapBytes }) {
  const cells = [
    phase.padEnd(8),
    String(done).padStart(6),
    String(threads).padStart(8),
    String(handles).padStart(8),
    mib(residentBytes).padStart(11),
    mib(heapBytes).padStart(9)
  ]
  return cells.join(' ')
}

/**
 * @param {import('./run').Outcome} outcome
 * @returns {string} what came out of it
 */
function summary(outcome) {
  const wrong = failures(outcome)
  const { tookMs, longestCloseMs, longestTerminationMs } = outcome
  return [
    `${(tookMs / 1000).toFixed()} s; longest close() ${longestCloseMs.toFixed()} ms, ` +
      `longest termination ${longestTerminationMs.toFixed()} ms`,
    wrong.length > 0 ? 'FAILED' : 'PASSED',
    ...wrong.map((line) => `  ${line}`)
  ].join('\n')
}

function mib(bytes) {
  return (bytes / MIB).toFixed(1)
}

module.exports = { HEAD, failures, row, summary }
