'use strict'

/**
 * Runs real deepstream servers in this process; started by server-host.js with the version's folder as
 * working directory. Usually it is one server, sometimes several, so that each call names the one it is for.
 */

const fs = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const { Channel } = require('./channel')
const SharedCachePlugin = require('./shared-cache-plugin')
const { factsOf } = require('./versions')

const requireFromFixture = createRequire(path.join(process.cwd(), 'package.json'))
const { era } = factsOf(path.basename(process.cwd()))
const deepstream = era === 'modern' ? require('./server-modern') : require('./server-legacy')

/** How each server is started again, by its name. */
const starts = new Map()
/** Those that are running, by their names. */
const servers = new Map()

const channel = new Channel(process, {
  /**
   * @param {string} name deepstream's `serverName`
   * @param {{ configFile: string, connector?: { package: string, options: object } }} argument `connector` is
   *   given by `server.set()` instead of the configuration file
   */
  start(name, argument) {
    starts.set(name, { ...argument, config: fs.readFileSync(argument.configFile) })
    return start(name)
  },

  async restart(name) {
    const server = servers.get(name)
    await emitted(server, 'stopped', () => server.stop())
    if (!deepstream.startsAgain) return start(name)
    await emitted(server, 'started', () => server.start())
  },

  /** Once all are stopped only what deepstream or a plugin left open keeps the process alive. */
  async stop(name) {
    const server = servers.get(name)
    await emitted(server, 'stopped', () => server.stop())
    servers.delete(name)
    if (servers.size === 0) setImmediate(() => process.channel.unref())
  },

  openResources: () => process.getActiveResourcesInfo().filter((each) => each !== 'PipeWrap'),

  ...Object.fromEntries(
    ['nodes', 'serversWith', 'serversListening', 'isProvided', 'serversWithUser', 'stats'].map(
      (question) => [question, (name, ...args) => deepstream[question](servers.get(name), ...args)]
    )
  )
})

SharedCachePlugin.channel = channel
process.on('disconnect', () => process.exit())
// Ctrl-C reaches every process of a terminal; the parent stops this one in order.
process.on('SIGINT', () => {})
// As README.md advises.
process.once('SIGTERM', () => process.exit())

/** The configuration is there only while deepstream reads it, so that no process leaves it behind. */
async function start(name) {
  const { configFile, config, connector } = starts.get(name)
  fs.mkdirSync(path.dirname(configFile), { recursive: true })
  fs.writeFileSync(configFile, config)
  try {
    servers.set(name, await deepstream.create(requireFromFixture, configFile, connector))
  } finally {
    fs.rmSync(path.dirname(configFile), { recursive: true })
  }
  const server = servers.get(name)
  return emitted(server, 'started', () => server.start())
}

function emitted(server, event, action) {
  return new Promise((resolve) => {
    server.once(event, () => resolve())
    action()
  })
}
