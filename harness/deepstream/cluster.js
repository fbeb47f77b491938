'use strict'

const { connectClient } = require('./client')
const { eventually } = require('../eventually')
const { installPlugin } = require('./install')
const { ServerHost } = require('./server-host')
const { ServerProcess } = require('./server-process')
const { SharedCache } = require('./shared-cache')
const { factsOf } = require('./versions')

/** A cluster of real deepstream servers on one message bus, by default each in its own process. */
class DeepstreamCluster {
  /**
   * @param {object} options
   * @param {string} options.version deepstream's version, see versions.js
   * @param {number} [options.servers=2] how many to start
   * @param {{ name: string, source: string, options: object }} options.plugin the connector:
   *   `name` as in config.yml, `source` is the package (folder or registry spec) to install
   * @param {object} [options.config] more settings for every config.yml
   * @param {(number: number) => string} [options.nameOf] gives the first, second ... server its
   *   name; by default `server-1`, `server-2` ...
   * @param {boolean} [options.inOneProcess=false] whether all of them run in one process
   * @returns {Promise<DeepstreamCluster>} once all have started and know each other
   * @throws {Error} when one does not start
   */
  static async start({ version, servers = 2, plugin, config, nameOf, inOneProcess = false }) {
    const packageName = await installPlugin(version, plugin.source)
    const common = { version, plugin: { ...plugin, package: packageName }, config }
    const cluster = new DeepstreamCluster(common, nameOf)
    if (inOneProcess) cluster._share()
    try {
      await cluster.add(servers)
      await cluster.formed()
    } catch (error) {
      await cluster.stop()
      throw error
    }
    return cluster
  }

  constructor(common, nameOf = (number) => `server-${number}`) {
    this.version = common.version
    /** @type {ServerProcess[]} all that were started, also those that have ended since */
    this.servers = []
    /** @type {SharedCache} the record cache that all of them use */
    this.cache = new SharedCache()
    this._common = { ...common, cache: this.cache }
    this._nameOf = nameOf
    this._clients = new Set()
  }

  /** Makes all servers that are started from now on share one process. */
  _share() {
    const { version, cache } = this._common
    this._common.host = new ServerHost(version, 'servers', cache.handlersFor('servers'))
  }

  /** @returns {ServerProcess[]} those whose process is running */
  get running() {
    return this.servers.filter((server) => server.isRunning)
  }

  /**
   * Starts more servers.
   *
   * @param {number} [count=1]
   * @returns {Promise<ServerProcess>} the last of them, once all have started; the servers that
   *   were there before may not know them yet
   * @throws {Error} when one does not start
   */
  async add(count = 1) {
    const first = this.servers.length + 1
    const starts = Array.from({ length: count }, (_, index) =>
      ServerProcess.start({ ...this._common, name: this._nameOf(first + index) })
    )
    const outcomes = await Promise.allSettled(starts)
    this.servers.push(...outcomes.flatMap(({ value }) => value ?? []))
    const failure = outcomes.find(({ status }) => status === 'rejected')
    if (failure) throw failure.reason
    return this.servers.at(-1)
  }

  /**
   * Starts a new process in place of a server whose process has ended: with its name, and where
   * clients expect it.
   *
   * @param {ServerProcess} former
   * @returns {Promise<ServerProcess>} once it has started
   * @throws {Error} when it does not start
   */
  async replace(former) {
    const { name, port } = former
    const server = await ServerProcess.start({ ...this._common, name, port })
    this.servers[this.servers.indexOf(former)] = server
    return server
  }

  /**
   * Waits until every running server counts exactly the running ones to its cluster.
   *
   * @param {number} [timeoutMs=10000]
   * @throws {Error} when that does not happen in time
   */
  async formed(timeoutMs = 10000) {
    if (!factsOf(this.version).hasClusterRegistry) return
    const names = this.running.map((server) => server.name).sort()
    await eventually(
      async () => {
        const views = await Promise.all(this.running.map((server) => server.nodes()))
        return views.every((view) => view.join() === names.join())
      },
      { timeoutMs, message: `every server knows ${names.join(', ')}` }
    )
  }

  /**
   * @param {number | ServerProcess} server the server or its index
   * @param {object} [options] the client's own options
   * @param {object} [login] what it logs in with
   * @returns {Promise<object>} a logged-in client; stop() closes it
   * @throws {Error} when the login fails
   */
  async connect(server, options, login) {
    const { port } = typeof server === 'number' ? this.servers[server] : server
    const client = await connectClient(this.version, port, options, login)
    this._clients.add(client)
    return client
  }

  /** Closes a client, or all of them. */
  disconnect(client) {
    for (const each of client ? [client] : this._clients) {
      each.close()
      this._clients.delete(each)
    }
  }

  /** Closes all clients and kills all servers; to see a server stop, call its own stop(). */
  async stop() {
    this.disconnect()
    await Promise.all(this.running.map((server) => server.kill()))
  }
}

module.exports = { DeepstreamCluster }
