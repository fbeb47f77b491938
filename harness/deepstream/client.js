'use strict'

const { createRequire } = require('node:module')
const path = require('node:path')
const { speakLegacy } = require('./modern-client')
const { factsOf, folderOf } = require('./versions')

const LOGIN_TIMEOUT_MS = 5000

const DEFAULTS = {
  silentDeprecation: true,
  // Otherwise a client whose server is gone, even one that was closed, keeps the process alive.
  maxReconnectAttempts: 0,
  // A loaded machine may keep an answer waiting; that alone is no error.
  subscriptionTimeout: 5000,
  recordReadAckTimeout: 5000,
  recordReadTimeout: 5000,
  recordDeleteTimeout: 5000
}

/** For @deepstream/client. Sending at once, so that what was sent earlier arrives earlier. */
const MODERN_DEFAULTS = { ...DEFAULTS, nativeTimerRegistry: true, subscriptionInterval: 0 }

/**
 * Connects a real deepstream client and logs it in.
 *
 * @param {string} version the server's version; its fixture says which client belongs to it
 * @param {number} port
 * @param {object} [options] the client's own options, e.g. `rpcAckTimeout`
 * @param {object} [login] what it logs in with, e.g. `{ username: 'ann' }`
 * @returns {Promise<object>} the client. Its `errors` lists what it reported through its 'error'
 *   event: `{ message, event, topic }`
 * @throws {Error} when the login fails or takes too long
 */
async function connectClient(version, port, options = {}, login = {}) {
  const requireFromFixture = createRequire(path.join(folderOf(version), 'package.json'))
  const { era, transport } = factsOf(version)
  const address = `${transport === 'websocket' ? 'ws://' : ''}127.0.0.1:${port}`
  const client =
    era === 'modern'
      ? connectModern(requireFromFixture('@deepstream/client'), address, options)
      : requireFromFixture('deepstream.io-client-js')(address, { ...DEFAULTS, ...options })
  client.errors = []
  client.on('error', (message, event, topic) => client.errors.push({ message, event, topic }))
  await loggedIn(client, login)
  return client
}

function connectModern({ DeepstreamClient }, address, options) {
  const client = new DeepstreamClient(address, { ...MODERN_DEFAULTS, ...options })
  // It prints what a test brings about on purpose, such as two writers at the same time.
  client.services.logger.warn = () => {}
  return speakLegacy(client)
}

function loggedIn(client, login) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => fail(`no answer within ${LOGIN_TIMEOUT_MS} ms`),
      LOGIN_TIMEOUT_MS
    )
    function fail(reason) {
      clearTimeout(timer)
      client.close()
      reject(new Error(`Login failed: ${reason}; ${JSON.stringify(client.errors)}`))
    }
    client.login(login, (success, data) => {
      if (!success) return fail(JSON.stringify(data))
      clearTimeout(timer)
      resolve()
    })
  })
}

module.exports = { connectClient }
