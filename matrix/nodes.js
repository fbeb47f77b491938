'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { CACHE_DIR, cached } = require('../harness/kafka/cache')
const { npmPack } = require('../harness/npm-pack')

const run = promisify(execFile)

/** The last release of each line, from the oldest that package.json allows. */
const NODES = ['16.20.2', '18.20.8', '20.20.2', '22.23.3', '24.21.0', '26.12.1']

/**
 * Fetches Node's own build for this machine from npm into the cache folder, unless it is there.
 *
 * @param {string} version
 * @returns {Promise<string>} absolute path of the command
 * @throws {Error} when npm has none (contains its output)
 */
async function installNode(version) {
  const folder = path.join(CACHE_DIR, 'nodes', version)
  await cached(folder, async (temporary) => {
    fs.mkdirSync(temporary)
    const spec = `node-${process.platform}-${process.arch}@${version}`
    const archive = await npmPack(spec, temporary)
    await run('tar', ['-xzf', archive, 'package/bin/node'], { cwd: temporary })
    fs.rmSync(archive)
  })
  return path.join(folder, 'package', 'bin', 'node')
}

module.exports = { NODES, installNode }
