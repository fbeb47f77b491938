'use strict'

/**
 * The record cache that all servers of a cluster share. deepstream's nodes tell each other over
 * the message bus that a record changed, and read its data from a common cache; in production
 * that is Redis or memcached, here it is a map in the test's own process.
 */
class SharedCache {
  constructor() {
    this._records = new Map()
    this._holds = new Map()
  }

  /**
   * Makes one server wait with its next reads of a record, until released. That is how a test
   * puts two writes, made at the same time on two nodes, into a known order.
   *
   * @param {string} server the server's name
   * @param {string} key the record's name
   * @returns {{ held: Promise<void>, release: () => void }} `held` resolves once a read waits
   */
  holdReads(server, key) {
    const hold = {}
    hold.released = new Promise((resolve) => (hold.release = resolve))
    hold.reached = new Promise((resolve) => (hold.reach = resolve))
    this._holds.set(`${server}\n${key}`, hold)
    const release = () => {
      this._holds.delete(`${server}\n${key}`)
      hold.release()
    }
    return { held: hold.reached, release }
  }

  /**
   * @param {string} server the server that asks
   * @returns {Record<string, (...args: any[]) => any>} what shared-cache-plugin.js calls
   */
  handlersFor(server) {
    return {
      'cache.get': async (key) => {
        const hold = this._holds.get(`${server}\n${key}`)
        if (hold) {
          hold.reach()
          await hold.released
        }
        return this._records.get(key) ?? null
      },
      'cache.set': (key, value) => void this._records.set(key, value),
      'cache.delete': (key) => void this._records.delete(key)
    }
  }
}

module.exports = { SharedCache }
