'use strict'

const http = require('http')
const { KafkaError } = require('../errors')
const { collect } = require('./collect')
const { health, ready } = require('./health')

/** A port may be in use by a server that is just stopping. */
const RETRY_MS = 10000

const REASONS = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'this user may not use the port',
  EADDRNOTAVAIL: 'this machine does not have the address',
  ENOTFOUND: 'the host is unknown'
}

/** Serves the metrics and the health of a connection by HTTP. Never keeps the process alive. */
class MetricsServer {
  #address
  #source
  #tell
  #registry
  /** @type {http.Server | undefined} while it is open */
  #server
  #sockets = new Set()
  #retry
  #hasTold = false

  /**
   * @param {{port: number, host: string}} address
   * @param {import('./collect').Source} source
   * @param {(error: KafkaError) => void} tell that it cannot be served, once until it can
   */
  constructor(address, source, tell) {
    this.#address = address
    this.#source = source
    this.#tell = tell
    const { Registry } = require('prom-client')
    this.#registry = new Registry()
    collect(this.#registry, source)
  }

  /** @returns {string | undefined} where the metrics are, while they are served */
  get url() {
    const { address, port, family } = this.#server?.address() ?? {}
    // The family was a number in some versions of Node 18.
    const host = [6, 'IPv6'].includes(family) ? `[${address}]` : address
    return port && `http://${host}:${port}/metrics`
  }

  /** Does nothing when it is open. */
  open() {
    if (this.#server || this.#retry) return
    this.#server = http.createServer((request, response) => this.#answer(request, response))
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket.unref())
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.once('error', (error) => this.#failed(error))
    this.#server.once('listening', () => (this.#hasTold = false))
    // Workers of Node's cluster module would share the port, and answer in turn.
    this.#server.listen({ ...this.#address, exclusive: true }).unref()
  }

  /** The port is free when this returns. */
  close() {
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#server?.removeAllListeners('error').on('error', () => {})
    this.#server?.close()
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
  }

  #failed(error) {
    this.close()
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.open()
    }, RETRY_MS).unref()
    if (this.#hasTold) return
    this.#hasTold = true
    const { host, port } = this.#address
    this.#tell(
      new KafkaError(
        'ERR_KAFKA_METRICS',
        `Metrics cannot be served on port ${port} of ${host}: ${REASONS[error.code] ?? error.message}. Messages are not ` +
          `affected. It is tried again every ${RETRY_MS / 1000} s; the option metrics sets port and host.`,
        { cause: error, retriable: true }
      )
    )
  }

  async #answer({ method, url }, response) {
    const { status, type, body } = await this.#page(method, url.split('?')[0]).catch((error) =>
      text(500, error.message)
    )
    response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
    response.end(method === 'HEAD' ? undefined : body)
  }

  async #page(method, path) {
    if (method !== 'GET' && method !== 'HEAD') return text(405, 'Only GET is answered.')
    switch (path) {
      case '/metrics':
        return {
          status: 200,
          type: this.#registry.contentType,
          body: await this.#registry.metrics()
        }
      case '/healthz':
        return verdict(health(this.#source.stats()))
      case '/readyz':
        return verdict(ready(this.#source.stats()))
      default:
        return text(404, 'There are /metrics, /healthz and /readyz.')
    }
  }
}

function text(status, body) {
  return { status, type: 'text/plain; charset=utf-8', body: `${body}\n` }
}

function verdict(found) {
  return {
    status: found.ok ? 200 : 503,
    type: 'application/json; charset=utf-8',
    body: `${JSON.stringify(found)}\n`
  }
}

module.exports = { MetricsServer }
