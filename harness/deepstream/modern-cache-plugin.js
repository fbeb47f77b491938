'use strict'

const SharedCachePlugin = require('./shared-cache-plugin')

/** The shared cache as deepstream 4 and later want one: a record's data come with its version. */
class ModernCachePlugin extends SharedCachePlugin {
  async whenReady() {}

  async close() {}

  get(key, callback) {
    super.get(key, (error, record) => callback(error, record?.version ?? -1, record?.data ?? null))
  }

  set(key, version, data, callback) {
    super.set(key, { version, data }, callback)
  }

  head(key, callback) {
    super.get(key, (error, record) => callback(error, record?.version ?? -1))
  }

  headBulk(keys, callback) {
    const { channel } = SharedCachePlugin
    const records = Promise.all(keys.map((key) => channel.call('cache.get', key)))
    this._answer(records, (error, found = []) => {
      const versions = found.flatMap((record, at) => (record ? [[keys[at], record.version]] : []))
      callback(
        error,
        Object.fromEntries(versions),
        keys.filter((_key, at) => !found[at])
      )
    })
  }

  deleteBulk(keys, callback) {
    const { channel } = SharedCachePlugin
    this._answer(Promise.all(keys.map((key) => channel.call('cache.delete', key))), callback)
  }
}

module.exports = ModernCachePlugin
