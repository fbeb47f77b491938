'use strict'

const net = require('node:net')
const { once } = require('node:events')
const { FaultDirection } = require('./fault-direction')
const { reset } = require('./reset')

/**
 * A TCP proxy in front of one address, which makes the network between a client and that address
 * bad. What it does can be changed while connections are open. It does not keep the process alive.
 */
class FaultProxy {
  #target
  #port
  /** @type {net.Server | undefined} undefined while connections are refused */
  #server
  /** @type {Set<net.Socket>} of both sides */
  #sockets = new Set()

  /**
   * @param {object} options
   * @param {string} options.target 'host:port'
   * @param {number} [options.port] on 127.0.0.1 (any free one)
   * @returns {Promise<FaultProxy>} when it listens; everything passes
   * @throws {Error} when the port is taken
   */
  static async start({ target, port = 0 }) {
    const proxy = new FaultProxy(target, port)
    await proxy.admit()
    return proxy
  }

  /** Use FaultProxy.start(). */
  constructor(target, port) {
    const { hostname: host, port: targetPort } = new URL(`tcp://${target}`)
    this.#target = { host, port: Number(targetPort) }
    this.#port = port
    /** From the clients to the target. */
    this.up = new FaultDirection()
    /** From the target to the clients. */
    this.down = new FaultDirection()
    /** How many connections were accepted so far. */
    this.accepted = 0
    /**
     * Those that are open, the oldest first, with each direction by itself, so that a single one can be
     * frozen.
     *
     * @type {Set<{ up: import('./fault-pipe').FaultPipe, down: import('./fault-pipe').FaultPipe }>}
     */
    this.connections = new Set()
  }

  /** 'host:port' for clients; the same for the proxy's whole life. */
  get address() {
    return `127.0.0.1:${this.#port}`
  }

  /** Both directions; for faults that hold for each of them. */
  get directions() {
    return [this.up, this.down]
  }

  /** Ends all connections at once, as a process that ends does. New ones are accepted. */
  cut() {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Resets all connections (RST), as a firewall does that has forgotten them. */
  reset() {
    for (const socket of this.#sockets) reset(socket)
  }

  /** Nothing listens any more, so that new connections are refused; open ones stay. */
  refuse() {
    this.#server?.close()
    this.#server = undefined
  }

  /**
   * Ends refuse().
   *
   * @returns {Promise<void>} when it listens again, on the same port
   * @throws {Error} when somebody else has taken the port
   */
  async admit() {
    if (this.#server) return
    const server = net.createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
    this.#server = server
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    server.unref()
    this.#port = server.address().port
  }

  /** Everything passes, and new connections are accepted. */
  async pass() {
    for (const { up, down } of this.connections) for (const pipe of [up, down]) pipe.thaw()
    for (const direction of this.directions) direction.pass()
    await this.admit()
  }

  /** Ends all connections and listens no more. */
  stop() {
    this.refuse()
    this.cut()
  }

  /** @param {net.Socket} client */
  #accept(client) {
    this.accepted++
    const server = net.connect({ ...this.#target, allowHalfOpen: true })
    for (const socket of [client, server]) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.unref()
      // 'close' follows, which the other side hears of.
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    }
    const connection = {
      up: this.up.connect(client, server),
      down: this.down.connect(server, client)
    }
    this.connections.add(connection)
    // One whose client is gone may still hold something for the target.
    const forget = () => client.closed && server.closed && this.connections.delete(connection)
    for (const socket of [client, server]) socket.on('close', forget)
  }
}

module.exports = { FaultProxy }
