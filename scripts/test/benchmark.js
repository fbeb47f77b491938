'use strict'

const { FACES } = require('../../bench/buses')
const { run } = require('../command')
const { hasRedis } = require('../prerequisites')

/**
 * A short run for each face of the package: what is measured has to work.
 *
 * @returns {Promise<import('./verdict').Result>}
 */
async function trialRuns() {
  const result = { passed: 0, failed: [] }
  for (const [face, { own }] of Object.entries(FACES)) {
    const withoutRedis = process.env.CI || hasRedis() ? [] : ['--only', own]
    const args = ['bench/index.js', '--quick', '--face', face, ...withoutRedis]
    if (await run('node', args)) result.passed++
    else result.failed.push(`node ${args.join(' ')}`)
  }
  return result
}

module.exports = { trialRuns }
