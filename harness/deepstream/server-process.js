'use strict'

const { fork } = require('node:child_process')
const path = require('node:path')
const { setTimeout: delay } = require('node:timers/promises')
const { Channel } = require('./channel')
const { writeConfigFile } = require('./config-file')
const { freePorts } = require('../kafka/ports')
const { factsOf, folderOf } = require('./versions')

/** A stopped server that is still running after this time is kept alive by something it left. */
const END_TIMEOUT_MS = 5000

/**
 * One real deepstream server in a process of its own. It never outlives this process. With the
 * environment variable DEEPSTREAM_LOGS all that it prints is printed here as well.
 */
class ServerProcess {
  /**
   * @param {object} options
   * @param {string} options.version deepstream's version, installed in the fixture
   * @param {string} options.name deepstream's `serverName`
   * @param {{ name: string, package: string, options: object, clusterNode?: object }} options.plugin
   * @param {import('./shared-cache').SharedCache} options.cache
   * @param {object} [options.config] more settings for config.yml
   * @returns {Promise<ServerProcess>} once deepstream has emitted 'started'
   * @throws {Error} with the server's output, when it ends before it has started
   */
  static async start(options) {
    const [port] = await freePorts(1)
    const server = new ServerProcess(options, port)
    try {
      await server.call('start')
    } catch (error) {
      await server.kill()
      throw new Error(`${server.name} did not start: ${error.message}\n${server.logs}`, {
        cause: error
      })
    }
    return server
  }

  constructor({ version, name, plugin, cache, config }, port) {
    /** @type {string} deepstream's `serverName` */
    this.name = name
    /** @type {number} where clients connect, on 127.0.0.1 */
    this.port = port
    /** @type {string} all that the server has printed so far */
    this.logs = ''

    const { connectorGivenBy } = factsOf(version)
    const configFile = writeConfigFile({
      version,
      name,
      port,
      config,
      plugin
    })
    const argument = {
      configFile,
      ...(connectorGivenBy === 'set' && {
        connector: { package: plugin.package, options: plugin.options }
      })
    }
    this._process = fork(path.join(__dirname, 'server.js'), [JSON.stringify(argument)], {
      cwd: folderOf(version),
      execArgv: [],
      silent: true
    })
    for (const stream of [this._process.stdout, this._process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.logs += text
        if (process.env.DEEPSTREAM_LOGS) process.stderr.write(`${name} | ${text}`)
      })
    }
    this._channel = new Channel(this._process, cache.handlersFor(name))
    /**
     * Resolves when the process has ended and all its output is in `logs`.
     * @type {Promise<{ code: number | null, signal: string | null }>}
     */
    this.ended = new Promise((resolve) => {
      this._process.once('close', (code, signal) => resolve({ code, signal }))
    })
  }

  /** @returns {number} the process id */
  get pid() {
    return this._process.pid
  }

  /** @returns {boolean} */
  get isRunning() {
    return this._process.exitCode === null && this._process.signalCode === null
  }

  /**
   * @param {string} name one of the handlers in server.js
   * @param {...any} args
   * @returns {Promise<any>}
   * @throws {Error} when the call fails there, or the process ends before it answers
   */
  call(name, ...args) {
    return this._channel.call(name, ...args)
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

  /** Ends the process from within by process.exit(), without stopping deepstream. */
  async exit() {
    await this.call('exit').catch(() => {})
    return this.ended
  }

  /** Ends the process at once, as a crash would. */
  kill() {
    this._process.kill('SIGKILL')
    return this.ended
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
