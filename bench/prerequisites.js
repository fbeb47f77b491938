'use strict'

const { execFileSync } = require('child_process')
const fs = require('fs')
const path = require('path')
const buses = require('./buses')

/**
 * Installs the dependencies of a folder from its lock file when they are missing or outdated.
 *
 * @param {string} folder
 * @param {(line: string) => void} say
 */
function install(folder, say) {
  const installed = path.join(folder, 'node_modules', '.package-lock.json')
  const locked = path.join(folder, 'package-lock.json')
  if (fs.existsSync(installed) && fs.statSync(installed).mtime >= fs.statSync(locked).mtime) return
  say(
    `Installing the dependencies of the benchmark (${path.relative(__dirname, locked)}); this can take minutes`
  )
  try {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'pipe' })
  } catch (error) {
    throw new Error(`npm ci failed in ${path.basename(folder)}:\n${error.stderr}`, { cause: error })
  }
}

/**
 * Makes sure that everything the chosen buses need is there, before anything is started.
 *
 * @param {{face: string, buses: string[], packages: Record<string, string>}} settings
 * @param {(line: string) => void} say
 * @returns {Promise<void>}
 */
async function prepare(settings, say) {
  const { face, buses: names, packages, pictures } = settings
  const { own } = buses.FACES[face]
  const chosen = names.map((name) => buses.named(name, settings))
  const folders = new Set([...(pictures ? ['bench'] : []), ...chosen.map(({ needs }) => needs)])
  for (const folder of folders) if (folder) install(path.join(__dirname, '..', folder), say)
  for (const bus of chosen) {
    bus.server.version()
    await bus.build?.()
  }
  for (const name of names.filter((each) => each === own || packages[each])) {
    try {
      buses.named(name, settings).load()
    } catch (cause) {
      const which = packages[name] ? `The package in ${packages[name]}` : 'This package'
      const advice = 'build it first: npm install && npm run build'
      throw new Error(`${which} cannot be loaded (${cause.message}); ${advice}`, { cause })
    }
  }
}

module.exports = { install, prepare }
