'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { connectClient } = require('../../../harness/deepstream/client')
const { writeConfigFile } = require('../../../harness/deepstream/config-file')
const { factsOf, folderOf } = require('../../../harness/deepstream/versions')
const { freePorts } = require('../../../harness/kafka/ports')
const { Child, ROOT } = require('../../support/child')

/** A deepstream server as its users start it: by deepstream's own command, or a script, and with a config.yml. */
class CommandServer {
  #child
  #folder
  #clients = []

  /**
   * @param {object} options
   * @param {string} options.version of deepstream, installed in the fixture with what the server needs
   * @param {string} options.name deepstream's `serverName`
   * @param {string} [options.yaml] how the config.yml goes on after ports, logs and the like
   * @param {string} [options.script] runs instead of deepstream's command, in the folder of the config.yml
   * @param {Record<string, string>} [options.env] more environment variables
   * @returns {Promise<CommandServer>} once deepstream has started
   * @throws {Error} with its output, when that takes too long
   */
  static async start(options) {
    const [port] = await freePorts(1)
    const server = new CommandServer(options, port)
    await server.#child.said(/Deepstream started/).catch(async (error) => {
      await server.end()
      throw error
    })
    return server
  }

  constructor({ version, name, yaml = '', script, env }, port) {
    this.version = version
    this.name = name
    this.port = port
    const { era } = factsOf(version)
    // What makes the servers one cluster stands in `yaml`, and the test's own cache can be reached by the harness only.
    const config = { plugins: undefined, clusterNode: undefined, cache: undefined }
    const configFile = writeConfigFile({ version, name, port, plugin: {}, config })
    fs.appendFileSync(configFile, yaml)
    this.#folder = path.dirname(configFile)
    const options = era === 'legacy' ? ['--require', path.join(folderOf(version), preload())] : []
    if (script === undefined) {
      const command = ['node_modules/.bin/deepstream', 'start', '-c', configFile]
      this.#child = new Child([...options, ...command], env, folderOf(version))
    } else {
      fs.writeFileSync(path.join(this.#folder, 'start.js'), script)
      const modules = path.join(folderOf(version), 'node_modules')
      this.#child = new Child(
        [...options, 'start.js'],
        { ...env, NODE_PATH: modules },
        this.#folder
      )
    }
  }

  /** @returns {Promise<object>} a client that is logged in */
  async connect() {
    const client = await connectClient(this.version, this.port)
    this.#clients.push(client)
    return client
  }

  /**
   * Ends it as an operator does.
   * @param {NodeJS.Signals} signal
   * @returns {Promise<void>} when the process has ended
   */
  async stop(signal) {
    for (const client of this.#clients.splice(0)) client.close()
    this.#child.kill(signal)
    await this.#child.ended()
  }

  /** Leaves nothing of it behind, whatever it did before. */
  async end() {
    for (const client of this.#clients.splice(0)) client.close()
    await this.#child.end()
    fs.rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** @returns {string} the module by which README.md lets deepstream 1 to 3 start on current versions of Node */
function preload() {
  const readme = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8')
  const [, module] = /^node --require (\S+) node_modules\/\.bin\/deepstream start$/m.exec(readme)
  return module
}

module.exports = { CommandServer }
