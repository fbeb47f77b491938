'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { commandOf } = require('../../harness/registry')

const run = promisify(execFile)

/**
 * How each package manager installs what package.json names, without running scripts, and how it runs a script with that.
 *
 * @typedef {object} PackageManager
 * @property {(app: App, more?: string[]) => Promise<unknown>} install
 * @property {(app: App, args: string[]) => Promise<{stdout: string, stderr: string}>} node runs Node
 *
 * @typedef {object} App
 * @property {string} folder with the package.json
 * @property {string} registry its URL
 * @property {string} userConfig an .npmrc
 */

/** @type {Record<string, PackageManager>} */
const PACKAGE_MANAGERS = {
  npm: {
    install: (app, more = []) =>
      run(
        'npm',
        ['install', '--ignore-scripts', ...more],
        inFolder(app, {
          NPM_CONFIG_USERCONFIG: app.userConfig,
          npm_config_cache: path.join(app.folder, 'cache')
        })
      ),
    node: plainNode
  },
  pnpm: {
    install: (app, more = []) =>
      manager('pnpm', app, [
        'install',
        '--ignore-scripts',
        '--no-frozen-lockfile',
        `--store-dir=${app.folder}/store`,
        `--registry=${app.registry}`,
        ...more
      ]),
    node: plainNode
  },
  'yarn 1': {
    install: (app) =>
      manager('yarn', app, [
        'install',
        '--ignore-scripts',
        '--no-lockfile',
        '--non-interactive',
        `--cache-folder=${app.folder}/cache`,
        `--registry=${app.registry}`
      ]),
    node: plainNode
  },
  'yarn 4 with node_modules': modernYarn('node-modules'),
  "yarn 4 with Plug'n'Play": modernYarn('pnp')
}

function modernYarn(nodeLinker) {
  return {
    install(app) {
      const settings = {
        nodeLinker,
        npmRegistryServer: app.registry,
        unsafeHttpWhitelist: ['127.0.0.1'],
        enableScripts: false,
        // By default it takes nothing that was published today.
        npmMinimalAgeGate: 0,
        enableTelemetry: false,
        enableGlobalCache: false,
        enableImmutableInstalls: false,
        // Where there is no such file, yarn looks for one in the folders above.
        globalFolder: path.join(app.folder, 'yarn')
      }
      fs.writeFileSync(path.join(app.folder, '.yarnrc.yml'), JSON.stringify(settings))
      fs.writeFileSync(path.join(app.folder, 'yarn.lock'), '')
      return manager('@yarnpkg/cli-dist', app, ['install'])
    },
    node: (app, args) => manager('@yarnpkg/cli-dist', app, ['node', ...args])
  }
}

async function manager(name, app, args) {
  try {
    return await run(process.execPath, [commandOf(name), ...args], inFolder(app))
  } catch (error) {
    // yarn tells on the standard output what went wrong.
    throw new Error(`${error.message}\n${error.stdout}`, { cause: error })
  }
}

function plainNode(app, args) {
  return run(process.execPath, args, { cwd: app.folder, timeout: 60000 })
}

/** Without what the npm that runs the tests left in the environment for its children. */
function inFolder({ folder }, more = {}) {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  return { cwd: folder, env: { ...Object.fromEntries(own), ...more }, timeout: 120000 }
}

module.exports = { PACKAGE_MANAGERS }
