'use strict'

/**
 * Runs every check and every test, also after some have failed. The last line is the sum,
 * `N passed, N failed`. In CI a test that was skipped counts as failed.
 */

const fs = require('node:fs')
const path = require('node:path')
const { FACES } = require('../bench/buses')
const { cargo } = require('./cargo')
const { check } = require('./check')
const { ROOT, run } = require('./command')
const { hasRedis } = require('./prerequisites')
const { setUp } = require('./set-up')

const CACHE = path.join(ROOT, '.cache')
const SUMMARY = path.join(CACHE, 'test-summary')

/**
 * @typedef {object} Result
 * @property {number} passed
 * @property {number} failed
 * @property {number} [skipped]
 */

/** @type {{name: string, run: () => Promise<Result>}[]} */
const STEPS = [
  { name: 'checks', run: check },
  { name: 'Rust tests', run: rustTests },
  { name: 'JavaScript tests', run: javaScriptTests },
  { name: 'trial runs of the benchmark', run: benchmark }
]

/** @returns {Promise<Result>} */
async function rustTests() {
  let output = ''
  const onOutput = (text) => (output += text)
  const succeeded = await cargo(['test', '--release', '--no-fail-fast'], { onOutput })
  const result = { passed: 0, failed: 0, skipped: 0 }
  const line = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm
  for (const [, passed, failed, ignored] of output.matchAll(line)) {
    result.passed += Number(passed)
    result.failed += Number(failed)
    result.skipped += Number(ignored)
  }
  return consistent(result, succeeded)
}

/** @returns {Promise<Result>} */
async function javaScriptTests() {
  const file = path.join(CACHE, 'jest.json')
  fs.rmSync(file, { force: true })
  // One after the other: several of them start brokers and servers, and some measure time.
  const args = ['--runInBand', '--ci', '--json', `--outputFile=${file}`]
  const succeeded = await run('jest', args)
  if (!fs.existsSync(file)) return { passed: 0, failed: 1 }
  const report = JSON.parse(fs.readFileSync(file, 'utf8'))
  const result = {
    passed: report.numPassedTests,
    // A file that cannot be run at all has no tests that could fail.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests
  }
  return consistent(result, succeeded)
}

/** @returns {Promise<Result>} */
async function benchmark() {
  const result = { passed: 0, failed: 0 }
  for (const [face, { own }] of Object.entries(FACES)) {
    const withoutRedis = process.env.CI || hasRedis() ? [] : ['--only', own]
    const args = ['bench/index.js', '--quick', '--face', face, ...withoutRedis]
    const succeeded = await run('node', args)
    result[succeeded ? 'passed' : 'failed']++
  }
  return result
}

/** A command that failed without saying which test did is a failure of its own. */
function consistent(result, succeeded) {
  return succeeded || result.failed > 0 ? result : { ...result, failed: 1 }
}

/** @returns {Promise<Result>} the sum of all steps */
async function runAll() {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  const lines = []
  for (const { name, run: runStep } of STEPS) {
    console.log(`\n=== ${name}`)
    const start = Date.now()
    const { passed, failed, skipped = 0 } = await runStep()
    sum.passed += passed
    sum.failed += failed
    sum.skipped += skipped
    const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`
    lines.push(`${name}: ${counts}, ${Math.round((Date.now() - start) / 1000)} s`)
  }
  console.log(`\n${lines.join('\n')}`)
  if (process.env.CI) sum.failed += sum.skipped
  return sum
}

async function main() {
  fs.mkdirSync(CACHE, { recursive: true })
  fs.rmSync(SUMMARY, { force: true })
  let sum = { passed: 0, failed: 1 }
  try {
    if (await setUp('test')) sum = await runAll()
  } catch (error) {
    console.error(error)
  }
  const line = `${sum.passed} passed, ${sum.failed} failed`
  fs.writeFileSync(SUMMARY, `${line}\n`)
  console.log(line)
  process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0
}

main()
