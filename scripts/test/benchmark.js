'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { FACES } = require('../../bench/buses')
const { PICTURES } = require('../../bench/plots/pictures')
const { THEMES } = require('../../bench/plots/theme')
const { run } = require('../command')
const { hasRedis } = require('../prerequisites')

/** Each picture, for light and for dark pages. */
const EXPECTED = Object.keys(PICTURES).length * Object.keys(THEMES).length

/**
 * A short run for each face of the package: what is measured and drawn has to work.
 *
 * @returns {Promise<import('./verdict').Result>}
 */
async function trialRuns() {
  const result = { passed: 0, failed: [] }
  for (const [face, { reference, own, peers }] of Object.entries(FACES)) {
    const withRedis = process.env.CI || hasRedis() ? [reference] : []
    const measured = [...withRedis, own, ...peers.filter((name) => name === 'librdkafka')]
    const only = ['--only', measured.join(',')]
    const args = ['bench/index.js', '--quick', '--plot', '--face', face, ...only]
    const pictures = fs.mkdtempSync(path.join(os.tmpdir(), 'trial-pictures-'))
    const isDrawn = await run('node', [...args, '--pictures', pictures])
    const count = fs.readdirSync(pictures).filter((name) => name.endsWith('.svg')).length
    fs.rmSync(pictures, { recursive: true, force: true })
    if (isDrawn && count === EXPECTED) result.passed++
    else result.failed.push(`node ${args.join(' ')} (${count} of ${EXPECTED} pictures)`)
  }
  return result
}

module.exports = { trialRuns }
