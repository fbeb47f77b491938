'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { buildAddon, cargo } = require('../cargo')
const { ROOT, run } = require('../command')

const profilesIn = (folder) => path.join(folder, 'profiles', '%p-%m.profraw')

/** Instruments this crate, its build.rs included, and no dependency: they keep their builds. */
function instrumentation(folder) {
  return {
    RUSTC_WORKSPACE_WRAPPER: path.join(__dirname, 'rustc.sh'),
    LLVM_PROFILE_FILE: profilesIn(folder)
  }
}

/**
 * LLVM's tools read only what a compiler of the same LLVM wrote.
 *
 * @returns {{profdata: string, cov: string}} commands
 * @throws {Error} when they are missing; says what to install
 */
function findTools() {
  const about = execFileSync('rustc', ['-vV'], { cwd: ROOT, encoding: 'utf8' })
  const major = /^LLVM version: (\d+)/m.exec(about)[1]
  for (const suffix of [`-${major}`, '']) {
    const tools = { profdata: `llvm-profdata${suffix}`, cov: `llvm-cov${suffix}` }
    try {
      const version = execFileSync(tools.cov, ['--version'], { encoding: 'utf8' })
      if (new RegExp(`version ${major}\\.`).test(version)) return tools
    } catch {
      // Not that one.
    }
  }
  throw new Error(
    `llvm-cov ${major} is missing; install it with: apt-get install llvm-${major} (macOS: brew install llvm@${major})`
  )
}

/**
 * Builds the addon and the Rust tests so that they count what runs.
 *
 * @param {string} folder
 * @returns {Promise<{addon: string, tests: string[]} | undefined>} files; undefined if it fails
 */
async function build(folder) {
  const addonFolder = path.join(folder, 'addon')
  const env = instrumentation(folder)
  if (!(await buildAddon({ args: ['--output-dir', addonFolder], env }))) return undefined
  let messages = ''
  const args = ['test', '--release', '--no-run', '--quiet', '--message-format=json']
  const onOutput = (text) => (messages += text)
  if (!(await cargo(args, { env, onOutput, isQuiet: true }))) return undefined
  const addon = fs.readdirSync(addonFolder).find((file) => file.endsWith('.node'))
  const tests = messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line).executable)
    .filter(Boolean)
  return { addon: path.join(addonFolder, addon), tests }
}

/** @returns {Promise<boolean>} whether the Rust tests passed */
function test(folder) {
  const env = instrumentation(folder)
  return cargo(['test', '--release', '--lib', '--tests'], { env })
}

/** Option with which jest loads the addon that counts. */
const FLAG = `--globalSetup=${path.join(__dirname, 'use-addon.js')}`

/** Names that addon, and puts its counts beside those of the Rust tests. */
function environment(folder, addon) {
  return { COVERAGE_ADDON: addon, LLVM_PROFILE_FILE: profilesIn(folder) }
}

/** Prints a line for each file. */
async function report(folder, tools, { addon, tests }) {
  const profiles = path.dirname(profilesIn(folder))
  const merged = path.join(folder, 'merged.profdata')
  const files = fs.readdirSync(profiles).map((file) => path.join(profiles, file))
  // A process that was killed leaves half a file.
  const options = ['--sparse', '--failure-mode=all', '--output', merged]
  if (!(await run(tools.profdata, ['merge', ...options, ...files]))) return false
  console.log('\nRust')
  const objects = tests.flatMap((file) => ['--object', file])
  const sources = path.join(ROOT, 'src')
  return run(tools.cov, ['report', addon, ...objects, `--instr-profile=${merged}`, sources])
}

module.exports = { findTools, build, test, FLAG, environment, report }
