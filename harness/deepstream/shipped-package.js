'use strict'

const { execFile } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const packlist = require('npm-packlist')
const { npmPack } = require('../npm-pack')
const { copyRuntimeModules } = require('../../release/runtime-modules')
const { ROOT } = require('../../scripts/command')

const run = promisify(execFile)

/**
 * A package as npm ships it.
 *
 * @typedef {object} ShippedPackage
 * @property {string} name of the package
 * @property {string} fingerprint changes whenever the content does
 */

/**
 * @param {string} source a package folder, or a registry spec such as `some-package@1.2.3`
 * @returns {Promise<ShippedPackage>}
 */
async function identify(source) {
  if (!fs.existsSync(source)) {
    return { name: source.replace(/@[^@/]*$/, ''), fingerprint: hash([source]) }
  }
  const states = (await filesOf(source)).map((file) => {
    const { size, mtimeMs } = fs.statSync(path.join(source, file))
    return `${file} ${size} ${mtimeMs}`
  })
  return { name: manifestOf(source).name, fingerprint: hash(states) }
}

/**
 * Makes a package's folder, with its runtime dependencies, unless the place has them all.
 *
 * @param {string} source a package folder, or a registry spec
 * @param {string} folder where to put the package; must not exist
 * @param {string} modules the node_modules where it is to be used
 * @throws {Error} when npm cannot fetch it or cannot install its dependencies
 */
async function unpack(source, folder, modules) {
  await (fs.existsSync(source) ? copyPackage(source, folder) : fetchPackage(source, folder))
  const dependencies = Object.keys(manifestOf(folder).dependencies || {})
  if (dependencies.every((name) => fs.existsSync(path.join(modules, name)))) return
  // What is here need not be fetched.
  if (path.resolve(source) === ROOT) copyRuntimeModules(folder)
  else {
    const options = ['--omit=dev', '--no-package-lock', '--ignore-scripts']
    await run('npm', ['install', ...options], { cwd: folder })
  }
}

async function copyPackage(source, folder) {
  for (const file of await filesOf(source)) {
    fs.cpSync(path.join(source, file), path.join(folder, file))
  }
}

async function fetchPackage(spec, folder) {
  fs.mkdirSync(folder, { recursive: true })
  const archive = await npmPack(spec, folder)
  await run('tar', ['-xzf', archive, '--strip-components=1'], { cwd: folder })
  fs.rmSync(archive)
}

/** @returns {Promise<string[]>} the files of a package folder that npm ships, relative to it, in a fixed order */
function filesOf(folder) {
  return packlist({ path: folder, package: manifestOf(folder), isProjectRoot: true })
}

function hash(lines) {
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)
}

function manifestOf(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
}

module.exports = { identify, unpack }
