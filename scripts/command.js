'use strict'

const { spawn } = require('node:child_process')
const path = require('node:path')

const ROOT = path.join(__dirname, '..')
/** What is downloaded and written here; git ignores it. */
const CACHE = path.join(ROOT, '.cache')
const BIN = path.join(ROOT, 'node_modules', '.bin')

/**
 * Runs a command in the project's folder and shows what it prints.
 *
 * @param {string} command also one of node_modules/.bin
 * @param {string[]} args
 * @param {object} [options]
 * @param {Record<string, string>} [options.env] added to the environment
 * @param {(text: string) => void} [options.onOutput] gets the standard output as well
 * @param {boolean} [options.isQuiet] onOutput alone gets it
 * @returns {Promise<boolean>} whether it succeeded
 */
function run(command, args, { env = {}, onOutput, isQuiet = false } = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, PATH: [BIN, process.env.PATH].join(path.delimiter), ...env },
    stdio: ['ignore', onOutput ? 'pipe' : 'inherit', 'inherit']
  })
  if (onOutput) {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      if (!isQuiet) process.stdout.write(text)
      onOutput(text)
    })
  }
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message)
      resolve(false)
    })
    child.once('close', (code) => resolve(code === 0))
  })
}

module.exports = { ROOT, CACHE, run }
