'use strict'

/**
 * `npm run release:publish`: publishes the packages in dist/, which `npm run release:pack -- --complete` made. What the registry has
 * already is left alone, so that it can be repeated after a failure. Arguments go to npm, such as `-- --dry-run`.
 */

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { ROOT } = require('../scripts/command')

const run = promisify(execFile)

/**
 * @param {string} [dist] the folder with the packages
 * @param {string[]} [args] more for npm
 * @returns {Promise<string[]>} what was published, as name@version
 * @throws {Error} what npm fails with
 */
async function publish(dist = path.join(ROOT, 'dist'), args = []) {
  const packages = await inOrder(dist)
  if (packages.length === 0)
    throw new Error(`There is no package in ${dist}. Make them with: npm run release:pack`)
  const published = []
  for (const { file, manifest } of packages) {
    const id = `${manifest.name}@${manifest.version}`
    if (await isThere(id, args)) continue
    await run('npm', ['publish', file, '--access', 'public', '--ignore-scripts', ...args])
    published.push(id)
  }
  return published
}

/** First the addons, then the main package that needs them, then those that need the main package. */
async function inOrder(dist) {
  const files = fs.readdirSync(dist).filter((file) => file.endsWith('.tgz'))
  const packages = await Promise.all(
    files.map(async (name) => {
      const file = path.join(dist, name)
      const { stdout } = await run('tar', ['-xzOf', file, 'package/package.json'])
      return { file, manifest: JSON.parse(stdout) }
    })
  )
  const names = packages.map(({ manifest }) => manifest.name)
  const rank = ({ dependencies = {}, optionalDependencies }) => {
    if (names.some((name) => name in dependencies)) return 2
    return optionalDependencies ? 1 : 0
  }
  return packages.sort((a, b) => rank(a.manifest) - rank(b.manifest))
}

async function isThere(id, args) {
  try {
    const { stdout } = await run('npm', ['view', id, 'version', ...args])
    return stdout.trim() !== ''
  } catch (error) {
    if (error.stderr?.includes('E404')) return false
    throw error
  }
}

module.exports = { publish }

if (require.main === module) {
  publish(undefined, process.argv.slice(2)).then(
    (published) => console.log(published.join('\n') || 'Everything was there already.'),
    (error) => {
      console.error(error.message)
      process.exitCode = 1
    }
  )
}
