'use strict'

const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const tls = require('node:tls')

/** @returns {Promise<string>} a host:port at which nothing listens */
async function deadAddress() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${server.address().port}`
  server.close()
  await once(server, 'close')
  return address
}

/** A TCP server on a free port of this machine. */
class FakeServer {
  #server
  #sockets = new Set()

  /**
   * @param {(socket: net.Socket) => void} talk called for each connection
   * @returns {Promise<FakeServer>}
   */
  static async start(talk) {
    const fake = new FakeServer()
    fake.#server = net.createServer((socket) => {
      fake.#sockets.add(socket)
      socket.on('close', () => fake.#sockets.delete(socket))
      socket.on('error', () => {})
      talk(socket)
    })
    fake.#server.listen(0, '127.0.0.1')
    await once(fake.#server, 'listening')
    return fake
  }

  /** Its host:port. */
  get address() {
    return `127.0.0.1:${this.#server.address().port}`
  }

  async stop() {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

/** Talks as ZooKeeper does, as far as the engine asks. For FakeServer.start(). */
function talkAsZooKeeper(socket) {
  socket.on('data', (data) => {
    if (String(data).startsWith('srvr')) socket.end('Zookeeper version: 3.8.4\nMode: standalone\n')
    else socket.end()
  })
}

/** Talks as a web server does to what is no HTTP. For FakeServer.start(). */
function talkAsWebServer(socket) {
  socket.on('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
}

/**
 * A server that knows no version of TLS after 1.1, which the engine does not speak.
 *
 * @param {{ certificate: string, key: string }} identity files in PEM
 * @returns {Promise<tls.Server>} on a free port of this machine
 */
async function startOldTls({ certificate, key }) {
  const server = tls.createServer({
    cert: fs.readFileSync(certificate),
    key: fs.readFileSync(key),
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0'
  })
  await once(server.on('tlsClientError', () => {}).listen(0, '127.0.0.1'), 'listening')
  return server
}

module.exports = { deadAddress, FakeServer, startOldTls, talkAsWebServer, talkAsZooKeeper }
