'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { CACHE_DIR, cached } = require('../../harness/kafka/cache')

const run = promisify(execFile)

/** TypeScript, with the types of a Node that each can read, and how a program may find packages with it. */
const COMPILERS = [
  { typescript: '4.9.5', types: '16.18.126', modes: ['node10'] },
  { typescript: '5.0.4', types: '18.19.130', modes: ['bundler'] },
  {
    typescript: '5.9.3',
    types: '20.10.8',
    modes: ['node10', 'node10 without esModuleInterop', 'node16', 'bundler']
  },
  { typescript: '6.0.3', types: '24.19.2', modes: ['node10 without esModuleInterop'] },
  { typescript: '7.0.2', types: '22.20.5', modes: ['node16'] },
  { typescript: '7.0.2', types: '26.6.6', modes: ['bundler'] }
]

/**
 * @param {string} name of a package of npm
 * @param {string} version
 * @returns {Promise<string>} its folder in the cache, with what it depends on beside it
 * @throws {Error} when npm fails
 */
async function installPackage(name, version) {
  const folder = path.join(CACHE_DIR, 'npm', `${name.replace('/', '-')}-${version}`)
  await cached(folder, async (temporary) => {
    fs.mkdirSync(temporary)
    const options = ['--prefix', temporary, '--no-audit', '--no-fund', '--ignore-scripts']
    await run('npm', ['install', ...options, `${name}@${version}`])
  })
  return path.join(folder, 'node_modules', name)
}

/** @returns {Promise<{ tsc: string, types: string }>} where the script and the types are */
async function installCompiler({ typescript, types }) {
  return {
    tsc: path.join(await installPackage('typescript', typescript), 'bin', 'tsc'),
    types: await installPackage('@types/node', types)
  }
}

module.exports = { COMPILERS, installCompiler }
