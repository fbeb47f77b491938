'use strict'

/**
 * The servers of a run: each is started when a bus first needs it, shared by the buses that talk to
 * it, and stopped at the end.
 */
class Servers {
  constructor() {
    this.running = new Map()
  }

  /**
   * @param {object} bus
   * @returns {Promise<object>} the address that a connector of this bus takes
   */
  async addressFor({ server }) {
    if (!this.running.has(server.kind)) this.running.set(server.kind, await server.start())
    return this.running.get(server.kind).address
  }

  async stop() {
    const servers = [...this.running.values()]
    this.running.clear()
    await Promise.all(servers.map((server) => server.stop()))
  }
}

module.exports = { Servers }
