'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { stripVTControlCharacters } = require('node:util')
const { CACHE, ROOT, run } = require('../command')

/** @returns {Promise<import('./verdict').Result>} */
async function javaScriptTests() {
  const file = path.join(CACHE, 'jest.json')
  fs.rmSync(file, { force: true })
  // One after the other: several of them start brokers and servers.
  const args = ['--runInBand', '--ci', '--json', `--outputFile=${file}`]
  const succeeded = await run('jest', args)
  const report = fs.existsSync(file)
    ? JSON.parse(fs.readFileSync(file, 'utf8'))
    : { testResults: [] }
  return javaScriptResult(report, succeeded)
}

/**
 * @param {object} report what jest writes with `--json`
 * @param {boolean} succeeded
 * @returns {import('./verdict').Result}
 */
function javaScriptResult({ testResults }, succeeded) {
  const tests = testResults.flatMap(({ name, assertionResults }) => {
    const file = path.relative(ROOT, name)
    return assertionResults.map((test) => ({ ...test, title: `${file}: ${test.fullName}` }))
  })
  const failed = tests.filter(({ status }) => status === 'failed').map(({ title }) => title)
  failed.push(...testResults.flatMap(brokenFile))
  if (!succeeded && failed.length === 0) failed.push('jest failed without naming a test, see above')
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed,
    skipped: tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ title }) => title)
  }
}

/** A file that fails by itself: it cannot be loaded, or an afterAll() throws. */
function brokenFile({ name, message }) {
  const reason = /Test suite failed to run\s+(.+)/.exec(stripVTControlCharacters(message))
  return reason ? [`${path.relative(ROOT, name)} failed as a whole: ${reason[1]}`] : []
}

module.exports = { javaScriptTests, javaScriptResult }
