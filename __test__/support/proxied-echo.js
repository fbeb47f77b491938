'use strict'

const net = require('node:net')
const { once } = require('node:events')
const { eventually } = require('../../harness/eventually')
const { FaultProxy } = require('../../harness/fault-proxy')
const { FakeServer } = require('./fake-servers')

/** A client of a ProxiedEcho. */
class EchoClient {
  /** All that came back. */
  text = ''
  /** 'end', or the code of the error, when the connection has ended. */
  end

  /**
   * @param {string} address 'host:port'
   * @returns {Promise<EchoClient>} connected
   * @throws {Error} the socket's
   */
  static async connect(address) {
    const client = new EchoClient()
    const { port } = new URL(`tcp://${address}`)
    const socket = net.connect(port, '127.0.0.1')
    client.socket = socket.setEncoding('latin1')
    socket.on('data', (text) => (client.text += text))
    socket.on('error', ({ code }) => (client.end = code))
    socket.on('end', () => (client.end ??= 'end'))
    await once(socket, 'connect')
    return client
  }

  /** @returns {Promise<void>} when exactly this has come back */
  async got(text) {
    const message = `${text.length} characters`
    await eventually(() => this.text === text, { intervalMs: 5, message })
  }

  /** @returns {Promise<string>} how the connection ended */
  ended() {
    return eventually(() => this.end, { intervalMs: 5, message: 'the end of the connection' })
  }
}

/** A server that sends back what it gets, behind a FaultProxy. */
class ProxiedEcho {
  #clients = []

  /** @returns {Promise<ProxiedEcho>} */
  static async start() {
    const echo = new ProxiedEcho()
    echo.server = await FakeServer.start((socket) => {
      socket.on('data', ({ length }) => (echo.receivedBytes += length))
      socket.pipe(socket)
    })
    echo.proxy = await FaultProxy.start({ target: echo.server.address })
    return echo
  }

  constructor() {
    /** Bytes that the server got. */
    this.receivedBytes = 0
  }

  /** @returns {Promise<EchoClient>} through the proxy */
  async connect() {
    const client = await EchoClient.connect(this.proxy.address)
    this.#clients.push(client)
    return client
  }

  /**
   * Gives what should not arrive the time to do so: bytes go to and fro through another proxy.
   *
   * @returns {Promise<void>}
   */
  async othersHavePassed() {
    const other = await FaultProxy.start({ target: this.server.address })
    const client = await EchoClient.connect(other.address)
    try {
      for (let text = 'x'; text.length <= 20; text += 'x') {
        client.socket.write('x')
        await client.got(text)
      }
    } finally {
      client.socket.destroy()
      other.stop()
    }
  }

  /** @returns {Promise<void>} when nothing is open any more */
  async stop() {
    for (const { socket } of this.#clients) socket.destroy()
    this.proxy.stop()
    await this.server.stop()
  }
}

/** @returns {string} a text of that length in which no two places look alike */
function numbered(length) {
  let text = ''
  for (let n = 0; text.length < length; n++) text += `${n} `
  return text.slice(0, length)
}

module.exports = { EchoClient, ProxiedEcho, numbered }
