'use strict'

/**
 * Brings a fresh clone to where the demo and the tests can run: `node scripts/set-up.js demo|test`.
 * Does only what is not done already.
 */

const fs = require('node:fs')
const path = require('node:path')
const { ROOT, run } = require('./command')
const { ensure } = require('./prerequisites')

/** From what the addon is made, and what decides how. */
const ADDON_SOURCES = [
  'src',
  'build.rs',
  'Cargo.toml',
  'Cargo.lock',
  'rust-toolchain.toml',
  'scripts/cargo.js',
  'scripts/toolchain.js'
]

/**
 * @param {'demo' | 'test'} goal
 * @returns {Promise<boolean>} whether everything is in place
 */
async function setUp(goal) {
  if (!(await ensure(goal))) return false
  if (!(await installDependencies())) return false
  if (!(await buildAddon())) return false
  if (goal === 'test') await downloadServers()
  return true
}

async function installDependencies() {
  const installed = timeOf(path.join(ROOT, 'node_modules', '.package-lock.json'))
  if (installed >= timeOf(path.join(ROOT, 'package-lock.json'))) return true
  console.log('Installing the development dependencies')
  // Not `npm ci`, which would remove all that is there first.
  return run('npm', ['install', '--no-save', '--no-audit', '--no-fund'])
}

async function buildAddon() {
  const addon = fs.readdirSync(ROOT).find((file) => file.endsWith('.node'))
  const loader = path.join(ROOT, 'native.js')
  const isThere = addon !== undefined && fs.existsSync(loader)
  const built = isThere ? timeOf(path.join(ROOT, addon)) : 0
  if (ADDON_SOURCES.every((source) => timeOf(path.join(ROOT, source)) <= built)) return true
  const isFirst = !fs.existsSync(path.join(ROOT, 'target'))
  console.log(`Building the addon${isFirst ? '; the first time takes several minutes' : ''}`)
  return run('npm', ['run', '--silent', 'build'])
}

/** The tests would do it as well, but within their time limits. */
async function downloadServers() {
  const { downloadKafka } = require('../harness/kafka/download')
  const { installServer } = require('../harness/deepstream/install')
  const { installRegistry } = require('../harness/registry')
  const { COMPILERS, installCompiler } = require('../__test__/support/compilers')
  const { KAFKAS } = require('../matrix/brokers')
  const { NODES, installNode } = require('../matrix/nodes')
  console.log(
    'Downloading what the tests run: Kafka, Node, TypeScript, the deepstream servers and a package registry, unless it is there'
  )
  await downloadKafka()
  await downloadKafka(KAFKAS[0])
  for (const version of [NODES[0], NODES.at(-1)]) await installNode(version)
  for (const compiler of COMPILERS) await installCompiler(compiler)
  await installRegistry()
  const versions = fs.readdirSync(path.join(ROOT, 'harness', 'deepstream'))
  for (const version of versions.filter((name) => /^\d/.test(name))) await installServer(version)
}

/** @returns {number} when the file, or the latest in the folder, was changed; 0 if it is absent */
function timeOf(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0
  return Math.max(...fs.readdirSync(file).map((name) => timeOf(path.join(file, name))))
}

module.exports = { setUp }

if (require.main === module) {
  setUp(process.argv[2]).then(
    (succeeded) => (process.exitCode = succeeded ? 0 : 1),
    (error) => {
      console.error(error.message)
      process.exitCode = 1
    }
  )
}
