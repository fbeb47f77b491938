'use strict'

/**
 * Lets deepstream 1 and 2.3 to 3.0 start on Node 16 and later. It is loaded before deepstream:
 *
 *     node --require ./node_modules/deepstream.io-msg-kafka/examples/old-deepstream.js node_modules/.bin/deepstream start
 *
 * deepstream 1 needs nothing else. For 2.3 to 3.0 the package `ws` 8 has to be installed beside deepstream.
 */

const Module = require('node:module')
const os = require('node:os')

// deepstream 1's command. Node 14 was the last to have it.
os.tmpDir ??= os.tmpdir

/** What the module `uws` gives, once deepstream has asked for it. */
let uws

const load = Module._load
Module._load = function (request, parent, ...rest) {
  // The native WebSocket library of deepstream 2.3 to 3.0, of which there is none for Node 11 and later.
  if (request === 'uws' && isDeepstream(parent)) return (uws ??= standIn(parent.require('ws')))
  const exported = load.call(this, request, parent, ...rest)
  if (/\/uws[-/]connection-endpoint$/.test(request)) adapt(exported.prototype)
  return exported
}

function isDeepstream(parent) {
  return /[\\/]deepstream\.io[\\/]src[\\/]message[\\/]/.test(parent?.filename)
}

/** The part of `uws` that deepstream uses, made of the package `ws`. What they call a group are the sockets of one endpoint. */
function standIn(ws) {
  const { Server, OPEN } = ws
  const send = (socket, text) => socket.readyState === OPEN && socket.send(text)
  return {
    OPCODE_TEXT: 1,
    native: {
      server: {
        group: {
          create: (_options, maxPayload) => ({
            server: new Server({ noServer: true, perMessageDeflate: false, maxPayload }),
            sockets: new Set()
          }),
          onConnection: (group, callback) => (group.onConnection = callback),
          onDisconnection: (group, callback) => (group.onDisconnection = callback),
          onMessage: (group, callback) => (group.onMessage = callback),
          onPing() {},
          onPong() {},
          startAutoPing(group, intervalMs, text) {
            group.pings = setInterval(
              () => group.sockets.forEach((each) => send(each, text)),
              intervalMs
            )
          },
          close(group) {
            clearInterval(group.pings)
            group.sockets.forEach((socket) => socket.terminate())
          }
        },
        send,
        prepareMessage: (text) => text,
        sendPrepared: send,
        finalizeMessage() {},
        terminate: (socket) => socket.terminate()
      },
      getAddress: ({ peer }) => [peer.remotePort, peer.remoteAddress, peer.remoteFamily],
      setUserData: (socket, data) => (socket.userData = data),
      clearUserData: (socket) => (socket.userData = null)
    }
  }
}

function adapt(endpoint) {
  if (endpoint._onUpgradeRequest === onUpgradeRequest) return
  endpoint._onUpgradeRequest = onUpgradeRequest

  // deepstream would refuse to start again in its process after a stop.
  const { close } = endpoint
  endpoint.close = function () {
    this.isReady = false
    this.initialised = false
    close.call(this)
  }
}

/** deepstream's own one hands the connection over by its file descriptor, which `ws` has no use for. */
function onUpgradeRequest(request, connection, head) {
  const [path] = request.url.split(/[?#]/)
  if (this._urlPath && this._urlPath !== path) {
    connection.end('HTTP/1.1 400 URL not supported\r\n\r\n')
    return
  }
  connection.setNoDelay(this._noDelay)
  const group = this._serverGroup
  group.server.handleUpgrade(request, connection, head, (socket) => {
    this._upgradeRequest = request
    join(group, Object.assign(socket, { peer: connection }))
  })
}

function join(group, socket) {
  group.sockets.add(socket)
  socket.on('message', (data, isBinary) => {
    // A text is a Buffer too.
    group.onMessage(isBinary ? data : data.toString(), socket.userData)
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', (code, reason) => {
    group.sockets.delete(socket)
    group.onDisconnection(socket, code, reason, socket.userData)
  })
  group.onConnection(socket)
}
