'use strict'

/** The names that deepstream's client had for an error before version 4. */
const FORMER_NAMES = { ACCEPT_TIMEOUT: 'ACK_TIMEOUT' }

/**
 * Gives a @deepstream/client the methods of its predecessor deepstream.io-client-js where they
 * differ, so that the same scenarios run with both.
 *
 * @param {object} client
 * @returns {object} the same client
 */
function speakLegacy(client) {
  for (const topic of [client.event, client.record]) adapt(topic, 'listen', formerListen)
  adapt(client.presence, 'getAll', (getAll) => (callback) => {
    getAll((error, names) => callback(error ? [] : names))
  })
  adapt(client.rpc, 'provide', (provide) => (name, handler) => {
    provide(name, (data, response) => handler(data, formerResponse(response)))
  })
  adapt(client.rpc, 'make', (make) => (name, data, callback) => {
    make(name, data, (error, result) => callback(FORMER_NAMES[error] ?? error, result))
  })
  adapt(client.record, 'getRecord', (getRecord) => (name) => formerRecord(getRecord(name)))
  return client
}

function adapt(object, method, change) {
  object[method] = change(object[method].bind(object))
}

function formerListen(listen) {
  return (pattern, callback) => {
    listen(pattern, (name, response) => {
      response.onStop(() => callback(name, false))
      callback(name, true, response)
    })
  }
}

function formerResponse(response) {
  return Object.defineProperty(response, 'autoAck', {
    set(isAutomatic) {
      response.autoAccept = isAutomatic
    }
  })
}

function formerRecord(record) {
  let isDestroyed = false
  record.on('delete', () => (isDestroyed = true))
  Object.defineProperty(record, 'isDestroyed', { get: () => isDestroyed })
  adapt(record, 'setMergeStrategy', (setMergeStrategy) => (strategy) => {
    setMergeStrategy((_localData, _localVersion, remoteData, remoteVersion, done) =>
      strategy(record, remoteData, remoteVersion, done)
    )
  })
  return record
}

module.exports = { speakLegacy }
