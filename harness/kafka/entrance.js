'use strict'

const { FaultProxy } = require('../fault-proxy')

/**
 * A way into a cluster that leads through a FaultProxy in front of each broker. Brokers tell clients
 * that come this way of each other by the addresses of its proxies, so that these clients have no
 * other way; brokers and clients of other entrances are not concerned by what it does.
 */
class Entrance {
  /**
   * @param {{ port: number, proxyPort: number }[]} doors of each broker: the port of its listener for
   *   this entrance, and that of the proxy in front of it
   * @returns {Promise<Entrance>} when its proxies listen
   */
  static async start(doors) {
    const started = doors.map(({ port, proxyPort }) =>
      FaultProxy.start({ target: `127.0.0.1:${port}`, port: proxyPort })
    )
    return new Entrance(await Promise.all(started))
  }

  /** Use KafkaCluster.start({ entrances }). */
  constructor(proxies) {
    /** @type {FaultProxy[]} in the order of the cluster's brokers */
    this.proxies = proxies
  }

  /** 'host:port[,..]' of all brokers, for clients that take this way. */
  get connectionString() {
    return this.proxies.map(({ address }) => address).join()
  }

  stop() {
    for (const proxy of this.proxies) proxy.stop()
  }
}

module.exports = { Entrance }
