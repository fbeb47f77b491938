'use strict'

const { execFile, spawn } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { installLocked } = require('../deepstream/install')
const { eventually } = require('../eventually')
const { freePorts } = require('../kafka/ports')

const run = promisify(execFile)

/** Packages that come from nowhere else than this registry. */
const OURS = ['deepstream.io-*', 'deepstream-kafka']

/** @returns {Promise<void>} when the registry and the package managers are installed */
async function installRegistry() {
  await installLocked(__dirname)
}

/**
 * @param {'pnpm' | 'yarn' | '@yarnpkg/cli-dist' | 'verdaccio'} name of a package manager, or the registry
 * @returns {string} the JavaScript file that is its command
 */
function commandOf(name) {
  const folder = path.join(__dirname, 'node_modules', name)
  const { bin } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  return path.join(folder, typeof bin === 'string' ? bin : Object.values(bin)[0])
}

/**
 * A package registry on this machine, empty but for what others have.
 *
 * @returns {Promise<{url: string, userConfig: string, close: () => Promise<void>}>} `userConfig` is the file that lets npm publish
 *   to it
 */
async function startRegistry() {
  await installRegistry()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'registry-'))
  const { stdout: upstream } = await run('npm', ['config', 'get', 'registry'])
  const [port] = await freePorts(1)
  const url = `http://127.0.0.1:${port}/`
  const config = path.join(folder, 'config.json')
  fs.writeFileSync(config, JSON.stringify(configuration(upstream.trim())))
  const userConfig = path.join(folder, 'npmrc')
  fs.writeFileSync(
    userConfig,
    `registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\nfund=false\naudit=false\n`
  )
  const args = [commandOf('verdaccio'), '--config', config, '--listen', `127.0.0.1:${port}`]
  const server = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let complaints = ''
  server.stderr.setEncoding('utf8').on('data', (text) => (complaints += text))
  const ended = new Promise((resolve) => server.once('exit', resolve))
  await eventually(() => answers(url, server, () => complaints), { timeoutMs: 30000 })
  return {
    url,
    userConfig,
    async close() {
      server.kill()
      await ended
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }
}

async function answers(url, server, complaints) {
  if (server.exitCode !== null) throw new Error(`The registry did not start: ${complaints()}`)
  try {
    return (await fetch(`${url}-/ping`)).ok
  } catch {
    return false
  }
}

function configuration(upstream) {
  const everybody = { access: '$all', publish: '$all' }
  return {
    storage: './storage',
    uplinks: { upstream: { url: upstream } },
    packages: {
      ...Object.fromEntries(OURS.map((pattern) => [pattern, everybody])),
      '**': { access: '$all', proxy: 'upstream' }
    },
    max_body_size: '100mb',
    log: { type: 'stdout', format: 'pretty', level: 'error' }
  }
}

module.exports = { commandOf, installRegistry, startRegistry }
