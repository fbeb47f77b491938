'use strict'

const { execFile } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { folderOf } = require('./versions')
const { identify, unpack } = require('./shipped-package')

const run = promisify(execFile)
const CACHE = path.join(__dirname, '..', '..', '.cache', 'deepstream')
/** Written last into what was installed; says from which content. */
const STAMP = '.installed-from'

/**
 * Installs a deepstream server and its client, unless they are there already.
 *
 * @param {string} version e.g. `1.1.1`
 * @returns {Promise<string>} the folder whose node_modules holds the server
 * @throws {Error} when the fixture has no such version, or when npm fails
 */
async function installServer(version) {
  const folder = folderOf(version)
  await installLocked(folder)
  return folder
}

/**
 * Installs what the lock file of a folder names, unless it is there already. The installation is
 * made aside and moved into place in one step, so that neither an interruption nor a second process
 * leaves half of it behind.
 *
 * @param {string} folder
 * @throws {Error} when npm fails
 */
async function installLocked(folder) {
  const modules = path.join(folder, 'node_modules')
  const lock = fs.readFileSync(path.join(folder, 'package-lock.json'))
  const fingerprint = createHash('sha256').update(lock).digest('hex')
  if (stampOf(modules) === fingerprint) return

  await replaceBy(modules, fingerprint, async (fresh) => {
    const workplace = path.dirname(fresh)
    for (const file of ['package.json', 'package-lock.json']) {
      fs.copyFileSync(path.join(folder, file), path.join(workplace, file))
    }
    await run('npm', ['ci', '--ignore-scripts'], { cwd: workplace })
  })
}

/**
 * Puts a package into a server's node_modules, as `npm pack` would ship it, so that the server
 * finds it by its name. Does nothing when the same content is there already.
 *
 * @param {string} version of the server, which is installed first when it is not there
 * @param {string} source a package folder, or a registry spec such as `some-package@1.2.3`
 * @returns {Promise<string>} the package's name
 * @throws {Error} when npm cannot pack the package or install its dependencies
 */
async function installPlugin(version, source) {
  const modules = path.join(await installServer(version), 'node_modules')
  const { name, fingerprint } = await identify(source)
  const target = path.join(modules, name)
  if (stampOf(target) !== fingerprint) {
    await replaceBy(target, fingerprint, (fresh) => unpack(source, fresh, modules))
  }
  return name
}

/**
 * Lets a freshly made folder take the place of another, which may be absent. When another process
 * has put the same content there meanwhile, that stays.
 *
 * @param {string} target
 * @param {string} fingerprint of the fresh content
 * @param {(fresh: string) => Promise<void>} make makes it in the given place, which is absent, in
 *   a temporary folder of its own
 */
async function replaceBy(target, fingerprint, make) {
  fs.mkdirSync(CACHE, { recursive: true })
  const workplace = fs.mkdtempSync(path.join(CACHE, 'making-'))
  const [fresh, old] = [path.join(workplace, 'node_modules'), path.join(workplace, 'old')]
  try {
    await make(fresh)
    fs.writeFileSync(path.join(fresh, STAMP), fingerprint)
    if (stampOf(target) === fingerprint) return
    if (fs.existsSync(target)) fs.renameSync(target, old)
    fs.renameSync(fresh, target)
  } finally {
    fs.rmSync(workplace, { recursive: true, force: true })
  }
}

function stampOf(folder) {
  try {
    return fs.readFileSync(path.join(folder, STAMP), 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return null
  }
}

module.exports = { installLocked, installServer, installPlugin }
