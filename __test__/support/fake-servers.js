'use strict'

const net = require('node:net')
const { once } = require('node:events')

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

module.exports = { deadAddress, FakeServer }
