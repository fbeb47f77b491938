'use strict'

const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')

const run = promisify(execFile)

/**
 * Packs a package, or fetches one. By npm itself, because it knows the user's registry, proxy and credentials; pacote would have to be
 * told.
 *
 * @param {string} source a package folder, or a registry spec such as `some-package@1.2.3`
 * @param {string} folder where to put the archive
 * @returns {Promise<string>} the archive's path
 * @throws {Error} when npm cannot (contains its output)
 */
async function npmPack(source, folder) {
  const args = ['pack', source, '--silent', '--ignore-scripts', '--pack-destination', folder]
  const { stdout } = await run('npm', args)
  return path.join(folder, stdout.trim())
}

module.exports = { npmPack }
