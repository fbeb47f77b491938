'use strict'

const { setTimeout: delay } = require('node:timers/promises')
const { writeConfigFile } = require('./config-file')
const { freePorts } = require('../kafka/ports')
const { ServerHost } = require('./server-host')
const { factsOf } = require('./versions')

/** A stopped server that is still running after this time is kept alive by something it left. */
const END_TIMEOUT_MS = 5000

/** One real deepstream server, usually in a process of its own. */
class ServerProcess {
  /**
   * @param {object} options
   * @param {string} options.version deepstream's version, installed in the fixture
   * @param {string} options.name deepstream's `serverName`
   * @param {{ name: string, package: string, options: object, clusterNode?: object, givenBy?: 'set' }} options.plugin
   *   `givenBy` wins over what is usual for the version
   * @param {import('./shared-cache').SharedCache} options.cache
   * @param {object} [options.config] more settings for config.yml
   * @param {number} [options.port] where clients connect; by default any that is free
   * @param {ServerHost} [options.host] a process that it shares with others; they all end together
   * @returns {Promise<ServerProcess>} once deepstream has emitted 'started'
   * @throws {Error} with the server's output, when it ends before it has started
   */
  static async start(options) {
    const port = options.port ?? (await freePorts(1))[0]
    const server = new ServerProcess(options, port)
    try {
      await server.call('start', server._argument)
    } catch (error) {
      await server.kill()
      throw new Error(`${server.name} did not start: ${error.message}\n${server.logs}`, {
        cause: error
      })
    }
    return server
  }

  constructor({ version, name, plugin, cache, config, host }, port) {
    /** @type {string} deepstream's `serverName` */
    this.name = name
    /** @type {number} where clients connect, on 127.0.0.1 */
    this.port = port
    const connectorGivenBy = plugin.givenBy ?? factsOf(version).connectorGivenBy
    const connector = { package: plugin.package, options: plugin.options }
    this._argument = {
      configFile: writeConfigFile({ version, name, port, config, plugin }),
      ...(connectorGivenBy === 'set' && { connector })
    }
    this._host = host ?? new ServerHost(version, name, cache.handlersFor(name))
  }

  /** @returns {string} all that its process has printed so far */
  get logs() {
    return this._host.logs
  }

  /** @returns {Promise<{ code: number | null, signal: string | null }>} when its process has ended */
  get ended() {
    return this._host.ended
  }

  /** @returns {number} the process id */
  get pid() {
    return this._host.pid
  }

  /** @returns {boolean} */
  get isRunning() {
    return this._host.isRunning
  }

  /**
   * @param {string} name one of the handlers in server.js
   * @param {...any} args
   * @returns {Promise<any>}
   * @throws {Error} when the call fails there, or the process ends before it answers
   */
  call(name, ...args) {
    return this._host.call(name, this.name, ...args)
  }

  /** @returns {Promise<string[]>} the names of the servers it counts to its cluster, itself too */
  async nodes() {
    return (await this.call('nodes')).sort()
  }

  /**
   * @param {'event' | 'record' | 'rpc'} topic
   * @param {string} name of the event, record or procedure
   * @returns {Promise<string[]>} the servers that, as this one knows, have a subscriber for it
   */
  async serversWith(topic, name) {
    return (await this.call('serversWith', topic, name)).sort()
  }

  /**
   * @param {'event' | 'record'} topic
   * @param {string} pattern
   * @returns {Promise<string[]>} the servers that, as this one knows, have a listener for it
   */
  async serversListening(topic, pattern) {
    return (await this.call('serversListening', topic, pattern)).sort()
  }

  /**
   * @param {'event' | 'record'} topic
   * @param {string} name of the event or record
   * @returns {Promise<boolean>} whether a listener, as this server knows, provides it
   */
  isProvided(topic, name) {
    return this.call('isProvided', topic, name)
  }

  /**
   * @param {string} username
   * @returns {Promise<string[]>} the servers on which, as this one knows, the user is logged in
   */
  async serversWithUser(username) {
    return (await this.call('serversWithUser', username)).sort()
  }

  /** @returns {Promise<object>} the stats() of the server's message connector */
  stats() {
    return this.call('stats')
  }

  /**
   * Stops deepstream and waits until the process ends by itself.
   *
   * @returns {Promise<{ code: number | null, signal: string | null }>}
   * @throws {Error} when it does not end in time; it is killed then
   */
  async stop() {
    await this._inTime(this.call('stop'), `deepstream to emit 'stopped'`)
    return this._inTime(this.ended, 'the process to end by itself after it stopped')
  }

  /** Ends the process by SIGTERM, which it turns into process.exit() without stopping deepstream. */
  terminate() {
    return this._host.kill('SIGTERM')
  }

  /** Ends the process at once, as a crash would. */
  kill() {
    return this._host.kill()
  }

  /** Freezes the process: its connections stay open and nothing answers. */
  pause() {
    this._host.signal('SIGSTOP')
  }

  /** Lets a paused process go on. */
  resume() {
    this._host.signal('SIGCONT')
  }

  /** Stops deepstream and starts it again in the same process. Its clients are cut off. */
  restartInProcess() {
    return this.call('restart')
  }

  async _inTime(promise, what) {
    const deadline = new AbortController()
    const late = delay(END_TIMEOUT_MS, true, deadline).catch(() => {})
    const isLate = await Promise.race([promise.then(() => false), late])
    deadline.abort()
    if (isLate) await this._fail(what)
    return promise
  }

  /** Kills the process, and says what it still has open. */
  async _fail(what) {
    const open = await this.call('openResources').catch(() => 'an unknown state')
    await this.kill()
    throw new Error(
      `${this.name}: waited ${END_TIMEOUT_MS} ms in vain for ${what}; open were ${open}\n${this.logs}`
    )
  }
}

module.exports = { ServerProcess }
