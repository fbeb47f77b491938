'use strict'

const { createRequire } = require('node:module')
const path = require('node:path')
const { createUwsStandIn, upgrade } = require('./uws-stand-in')
const { factsOf } = require('./versions')

const requireFromFixture = createRequire(path.join(process.cwd(), 'package.json'))

/**
 * deepstream's own WebSocket endpoint (2.x, 3.0) with a stand-in for its native library. Given to
 * deepstream as `connectionEndpoints.websocket.path`; the working directory is the version's
 * folder.
 *
 * @param {object} options deepstream's endpoint options
 * @returns {object} the endpoint
 */
function WebsocketEndpoint(options) {
  Object.assign(requireFromFixture('uws'), createUwsStandIn(requireFromFixture('ws')))
  const { websocketEndpoint } = factsOf(path.basename(process.cwd()))
  const Endpoint = requireFromFixture(websocketEndpoint)

  return new (class extends Endpoint {
    _onUpgradeRequest(request, socket, head) {
      this._upgradeRequest = request
      upgrade(this._serverGroup, request, socket, head)
    }

    /** The original refuses a second init(), so that a stopped server could never start again. */
    close() {
      this.isReady = false
      this.initialised = false
      super.close()
    }
  })(options)
}

module.exports = WebsocketEndpoint
