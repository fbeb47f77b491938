'use strict'

/**
 * The part of the native `uws` package that deepstream 2.x and 3.0 use, on top of the `ws`
 * package. The original needs a binary that no longer exists for current versions of Node.
 *
 * @param {typeof import('ws')} ws
 * @returns {{ OPCODE_TEXT: number, native: object }}
 */
function createUwsStandIn(ws) {
  const group = {
    create: (_options, maxPayload) => ({
      server: new ws.Server({ noServer: true, perMessageDeflate: false, maxPayload }),
      sockets: new Set(),
      pingTimer: null
    }),
    onConnection: (self, callback) => (self.onConnection = callback),
    onDisconnection: (self, callback) => (self.onDisconnection = callback),
    onMessage: (self, callback) => (self.onMessage = callback),
    onPing: () => {},
    onPong: () => {},
    startAutoPing(self, intervalMs, message) {
      self.pingTimer = setInterval(() => self.sockets.forEach((s) => send(s, message)), intervalMs)
    },
    close(self) {
      clearInterval(self.pingTimer)
      self.sockets.forEach((socket) => socket.terminate())
    }
  }

  function send(socket, message) {
    if (socket.readyState === ws.OPEN) socket.send(message)
  }

  return {
    OPCODE_TEXT: 1,
    native: {
      server: {
        group,
        send,
        prepareMessage: (message) => message,
        sendPrepared: send,
        finalizeMessage: () => {},
        terminate: (socket) => socket.terminate()
      },
      getAddress: (socket) => [socket.address.port, socket.address.address, socket.address.family],
      setUserData: (socket, data) => (socket.userData = data),
      clearUserData: (socket) => (socket.userData = null)
    }
  }
}

/**
 * Turns an HTTP request into a WebSocket of the group.
 *
 * @param {object} group as made by `group.create`
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:net').Socket} tcpSocket
 * @param {Buffer} head
 */
function upgrade(group, request, tcpSocket, head) {
  group.server.handleUpgrade(request, tcpSocket, head, (socket) => {
    socket.address = tcpSocket.address()
    group.sockets.add(socket)
    socket.on('message', (message) => group.onMessage(message, socket.userData))
    socket.on('error', () => socket.terminate())
    socket.on('close', (code, reason) => {
      group.sockets.delete(socket)
      group.onDisconnection(socket, code, reason, socket.userData)
    })
    group.onConnection(socket)
  })
}

module.exports = { createUwsStandIn, upgrade }
