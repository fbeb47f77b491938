'use strict'

const { EventEmitter } = require('node:events')

/**
 * deepstream cache plugin whose data lives in the parent process; see shared-cache.js. Given to
 * deepstream as `plugins.cache.path`.
 */
class SharedCachePlugin extends EventEmitter {
  /** Set by server.js before deepstream loads its configuration. */
  static channel = null

  constructor() {
    super()
    this.isReady = true
    this.description = 'cache shared by the servers of one test cluster'
  }

  get(key, callback) {
    this._answer(SharedCachePlugin.channel.call('cache.get', key), callback)
  }

  set(key, value, callback) {
    this._answer(SharedCachePlugin.channel.call('cache.set', key, value), callback)
  }

  delete(key, callback) {
    this._answer(SharedCachePlugin.channel.call('cache.delete', key), callback)
  }

  /** Calls back outside of the promise, so that what the callback throws stays uncaught. */
  _answer(promise, callback) {
    promise.then(
      (value) => process.nextTick(callback, null, value),
      (error) => process.nextTick(callback, error.message)
    )
  }
}

module.exports = SharedCachePlugin
