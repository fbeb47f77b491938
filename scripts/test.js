'use strict'

/**
 * Runs every check and every test, also after some have failed. It ends with the names of those that failed and the
 * sum, `N passed, N failed`. In CI a test that was skipped counts as failed.
 */

const fs = require('node:fs')
const path = require('node:path')
const { check } = require('./check')
const { CACHE } = require('./command')
const { setUp } = require('./set-up')
const { trialRuns } = require('./test/benchmark')
const { javaScriptTests } = require('./test/javascript')
const { rustTests } = require('./test/rust')
const { verdict } = require('./test/verdict')

/** What .ci/run prints once more, because make has the last word when it fails. */
const SUMMARY = path.join(CACHE, 'test-summary')

/** @typedef {import('./test/verdict').Result} Result */

/** @type {Record<string, () => Promise<Result>>} */
const STEPS = {
  checks: check,
  'Rust tests': rustTests,
  'JavaScript tests': javaScriptTests,
  'trial runs of the benchmark': trialRuns
}

/** @returns {Promise<Result>} without which nothing else can run */
async function prepare() {
  return { passed: 0, failed: (await setUp('test')) ? [] : ['see the reason above'] }
}

/** @returns {Promise<(Result & {step: string})[]>} */
async function runAll() {
  const prepared = await attempt(prepare)
  if (prepared.failed.length > 0) return [{ step: 'set-up', ...prepared }]
  const results = []
  const overview = []
  for (const [step, run] of Object.entries(STEPS)) {
    console.log(`\n=== ${step}`)
    const start = performance.now()
    const result = await attempt(run)
    results.push({ step, ...result })
    const seconds = Math.round((performance.now() - start) / 1000)
    const { passed, failed, skipped = [] } = result
    const counts = `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`
    overview.push(`${step}: ${counts}, ${seconds} s`)
  }
  console.log(`\n${overview.join('\n')}`)
  return results
}

/** A step that breaks off is a failure, and no reason to leave the others out. */
async function attempt(run) {
  try {
    return await run()
  } catch (error) {
    console.error(error)
    return { passed: 0, failed: [error.message] }
  }
}

async function main() {
  fs.mkdirSync(CACHE, { recursive: true })
  fs.rmSync(SUMMARY, { force: true })
  const { text, hasPassed } = verdict(await runAll(), Boolean(process.env.CI))
  fs.writeFileSync(SUMMARY, `${text}\n`)
  console.log(text)
  process.exitCode = hasPassed ? 0 : 1
}

main()
