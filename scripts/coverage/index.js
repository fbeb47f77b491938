'use strict'

/**
 * `npm run coverage`: which statements of the JavaScript and which lines of the Rust the tests reach, those in child
 * processes included. Runs the Rust tests and the unit and contract tests.
 */

const fs = require('node:fs')
const path = require('node:path')
const { ROOT, run } = require('../command')
const { setUp } = require('../set-up')
const rust = require('./rust')

/** Jest's patterns of the tests to run; they can be given as arguments. */
const TESTS = process.argv.length > 2 ? process.argv.slice(2) : ['__test__/(unit|contract)/']
const FOLDER = path.join(ROOT, 'coverage')

async function coverage() {
  if (!(await setUp('test'))) return false
  fs.rmSync(FOLDER, { recursive: true, force: true })
  fs.mkdirSync(FOLDER)
  const counting = rust.environment()
  const addon = await rust.build(path.join(FOLDER, 'addon'), counting)
  if (!addon) return false
  const succeeded = [
    await rust.test(counting),
    await run('c8', ['jest', '--runInBand', rust.FLAG, ...TESTS], {
      env: { ...counting, COVERAGE_ADDON: addon }
    }),
    await rust.report(counting)
  ]
  return succeeded.every(Boolean)
}

coverage().then(
  (succeeded) => (process.exitCode = succeeded ? 0 : 1),
  (error) => {
    console.error(error.message)
    process.exitCode = 1
  }
)
