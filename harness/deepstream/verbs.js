'use strict'

/** What a deepstream client can do, as promises; for all versions of the client. */

/**
 * @param {object} client
 * @param {string} name of the procedure
 * @param {any} [data]
 * @returns {Promise<any>} the provider's answer
 * @throws {Error} whose message is the error that the caller got, e.g. `NO_RPC_PROVIDER`
 */
function call(client, name, data) {
  return new Promise((resolve, reject) => {
    client.rpc.make(name, data, (error, result) => {
      if (error) reject(new Error(error))
      else resolve(result)
    })
  })
}

/**
 * @param {object} client
 * @param {string} name of the record, which is created when it is not there
 * @returns {Promise<object>} the record, with its data loaded and subscribed to its changes
 */
function openRecord(client, name) {
  return new Promise((resolve) => {
    const record = client.record.getRecord(name)
    record.whenReady(() => resolve(record))
  })
}

/**
 * @param {object} client
 * @param {string} name of the record
 * @returns {Promise<boolean>} whether the record exists
 * @throws {Error} when the server could not tell
 */
function hasRecord(client, name) {
  return new Promise((resolve, reject) => {
    client.record.has(name, (error, result) => {
      if (error) reject(new Error(error))
      else resolve(result)
    })
  })
}

/**
 * Waits until the client's server has taken in all that the client has sent so far: it handles a
 * client's messages in order, and answers this one.
 *
 * @param {object} client
 */
async function settled(client) {
  await hasRecord(client, `settled/${client.getUid()}`)
}

module.exports = { call, openRecord, hasRecord, settled }
