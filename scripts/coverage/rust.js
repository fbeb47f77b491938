'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { parseEnv } = require('node:util')
const { hostTarget } = require('../cargo')
const { ROOT, run } = require('../command')

/** Apart from other builds, because cargo would take what counts for what does not. OpenSSL is compiled once more there. */
const TARGET = path.join(ROOT, 'target', 'coverage')

/**
 * Nothing that is built with this is published, so the system's compiler does.
 *
 * @returns {Record<string, string>} with this in its environment cargo builds the crate so that it counts what runs, and what it has
 *   built knows where the counts go
 * @throws {Error} when cargo-llvm-cov is missing; says what to install
 */
function environment() {
  const build = {
    CARGO_TARGET_DIR: TARGET,
    CARGO_BUILD_TARGET: hostTarget(),
    CARGO_PROFILE_RELEASE_STRIP: 'none'
  }
  const options = { cwd: ROOT, env: { ...process.env, ...build }, encoding: 'utf8' }
  try {
    const variables = execFileSync('cargo', ['llvm-cov', 'show-env', '--no-cfg-coverage'], options)
    return { ...build, ...parseEnv(variables) }
  } catch (cause) {
    throw new Error(
      'cargo-llvm-cov is missing; install it with: ' +
        'cargo install --locked cargo-llvm-cov && rustup component add llvm-tools',
      { cause }
    )
  }
}

/**
 * Builds the addon so that it counts what runs.
 *
 * @param {string} folder
 * @param {Record<string, string>} env
 * @returns {Promise<string | undefined>} its path; undefined if it fails
 */
async function build(folder, env) {
  // What was built from other sources would be in the report.
  if (!(await run('cargo', ['llvm-cov', 'clean', '--workspace'], { env }))) return undefined
  const napi = ['build', '--platform', '--release', '--output-dir', folder]
  if (!(await run('napi', napi, { env }))) return undefined
  const addon = fs.readdirSync(folder).find((file) => file.endsWith('.node'))
  return path.join(folder, addon)
}

/** @returns {Promise<boolean>} whether the Rust tests passed */
function test(env) {
  return run('cargo', ['test', '--release', '--lib', '--tests'], { env })
}

/** Option with which jest loads the addon that COVERAGE_ADDON names. */
const FLAG = `--globalSetup=${path.join(__dirname, 'use-addon.js')}`

/** Prints a line for each file. */
function report(env) {
  // A process that was killed leaves half a file.
  return run('cargo', ['llvm-cov', 'report', '--release', '--failure-mode=all'], { env })
}

module.exports = { environment, build, test, FLAG, report }
