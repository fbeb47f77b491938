'use strict'

/**
 * Runs one real deepstream server in this process; started by server-process.js with the
 * version's folder as working directory. Its only argument is a JSON object:
 * `{ configFile, connector?: { package, options } }`. `connector` is for deepstream 3.0.0, which
 * takes a message connector from `server.set()` only.
 */

const fs = require('node:fs')
const { createRequire } = require('node:module')
const path = require('node:path')
const { Channel } = require('./channel')
const SharedCachePlugin = require('./shared-cache-plugin')
const { factsOf } = require('./versions')

const { configFile, connector } = JSON.parse(process.argv[2])
const config = fs.readFileSync(configFile)
const requireFromFixture = createRequire(path.join(process.cwd(), 'package.json'))
const { era } = factsOf(path.basename(process.cwd()))
const deepstream = era === 'modern' ? require('./server-modern') : require('./server-legacy')

let server = null

const channel = new Channel(process, {
  start,

  async restart() {
    await emitted('stopped', () => server.stop())
    if (!deepstream.startsAgain) return start()
    await emitted('started', () => server.start())
  },

  /** From here on only what deepstream or a plugin left open keeps the process alive. */
  async stop() {
    await emitted('stopped', () => server.stop())
    setImmediate(() => process.channel.unref())
  },

  openResources: () => process.getActiveResourcesInfo().filter((each) => each !== 'PipeWrap'),

  exit: () => void setImmediate(() => process.exit()),

  nodes: () => deepstream.nodes(server),

  serversWith: (topic, name) => deepstream.serversWith(server, topic, name),

  serversListening: (topic, pattern) => deepstream.serversListening(server, topic, pattern),

  isProvided: (topic, name) => deepstream.isProvided(server, topic, name),

  serversWithUser: (name) => deepstream.serversWithUser(server, name),

  stats: () => deepstream.stats(server)
})

SharedCachePlugin.channel = channel
process.on('disconnect', () => process.exit())
// Ctrl-C reaches every process of a terminal; the parent stops this one in order.
process.on('SIGINT', () => {})

/** The configuration is there only while deepstream reads it, so that no process leaves it behind. */
function start() {
  fs.mkdirSync(path.dirname(configFile), { recursive: true })
  fs.writeFileSync(configFile, config)
  try {
    server = deepstream.create(requireFromFixture, configFile, connector)
  } finally {
    fs.rmSync(path.dirname(configFile), { recursive: true })
  }
  return emitted('started', () => server.start())
}

function emitted(event, action) {
  return new Promise((resolve) => {
    server.once(event, () => resolve())
    action()
  })
}
