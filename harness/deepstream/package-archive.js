'use strict'

const { execFile } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')

const run = promisify(execFile)
const CACHE = path.join(__dirname, '..', '..', '.cache', 'packages')
/** npm ships these whether `files` names them or not. */
const ALWAYS_SHIPPED = /^(package\.json|readme|licen[cs]e)/i

/**
 * A package as `npm pack` ships it.
 *
 * @typedef {object} PackageSource
 * @property {string} name of the package
 * @property {string} fingerprint changes whenever the content does
 */

/**
 * @param {string} source a package folder, or a registry spec such as `some-package@1.2.3`
 * @returns {PackageSource}
 */
function identify(source) {
  if (!fs.existsSync(source)) {
    return { name: source.replace(/@[^@/]*$/, ''), fingerprint: hash([source]) }
  }
  return { name: manifestOf(source).name, fingerprint: hash(shippedFiles(source)) }
}

/**
 * Unpacks what `npm pack` makes of a package, and installs its runtime dependencies, unless the place
 * has them all. The archive is kept until the content changes.
 *
 * @param {string} source a package folder, or a registry spec
 * @param {string} folder where to put the package; must not exist
 * @param {string} modules the node_modules where it is to be used
 * @throws {Error} when npm cannot pack it or cannot install its dependencies
 */
async function unpack(source, folder, modules) {
  const archive = await archiveOf(source)
  fs.mkdirSync(folder, { recursive: true })
  await run('tar', ['-xzf', archive, '--strip-components=1'], { cwd: folder })
  const dependencies = Object.keys(manifestOf(folder).dependencies || {})
  if (dependencies.some((name) => !fs.existsSync(path.join(modules, name)))) {
    const options = ['--omit=dev', '--no-package-lock', '--ignore-scripts']
    await run('npm', ['install', ...options], { cwd: folder })
  }
}

async function archiveOf(source) {
  const { name, fingerprint } = identify(source)
  const folder = path.join(CACHE, name)
  const archive = path.join(folder, `${fingerprint}.tgz`)
  if (fs.existsSync(archive)) return archive

  fs.mkdirSync(folder, { recursive: true })
  const workplace = fs.mkdtempSync(path.join(folder, 'packing-'))
  try {
    const target = fs.existsSync(source) ? path.resolve(source) : source
    await run('npm', ['pack', target, '--ignore-scripts'], { cwd: workplace })
    const [made] = fs.readdirSync(workplace)
    fs.renameSync(path.join(workplace, made), archive)
  } finally {
    fs.rmSync(workplace, { recursive: true, force: true })
  }
  for (const file of fs.readdirSync(folder)) {
    const isOutdated = file.endsWith('.tgz') && file !== path.basename(archive)
    if (isOutdated) fs.rmSync(path.join(folder, file), { force: true })
  }
  return archive
}

/** One line for each file that npm ships, with its size and the time of its last change. */
function shippedFiles(folder) {
  const { files = ['*'] } = manifestOf(folder)
  const patterns = files.map(
    (entry) => new RegExp(`^${entry.replace(/\./g, '\\.').replace(/\*/g, '[^.].*')}$`)
  )
  return fs
    .readdirSync(folder)
    .filter((entry) => entry !== 'node_modules')
    .filter((entry) => ALWAYS_SHIPPED.test(entry) || patterns.some((each) => each.test(entry)))
    .sort()
    .flatMap((entry) => statesUnder(path.join(folder, entry)))
}

function statesUnder(file) {
  const stat = fs.statSync(file)
  if (!stat.isDirectory()) return [`${file} ${stat.size} ${stat.mtimeMs}`]
  return fs
    .readdirSync(file)
    .sort()
    .flatMap((entry) => statesUnder(path.join(file, entry)))
}

function hash(lines) {
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)
}

function manifestOf(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
}

module.exports = { identify, unpack }
