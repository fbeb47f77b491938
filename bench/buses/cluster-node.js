'use strict'

const { randomBytes } = require('crypto')
const { EventEmitter } = require('events')

/**
 * @returns {string} a name that no other server has, as long as those that deepstream makes up:
 *   some buses write it into every message
 */
function serverName() {
  return `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`
}

/** Makes of a cluster node what the participants drive: the interface of a message connector. */
class ClusterNodeConnector extends EventEmitter {
  /**
   * @param {Function} ClusterNode a class as deepstream 4 and later load it
   * @param {object} options of its constructor
   */
  constructor(ClusterNode, options) {
    super()
    this.isReady = false
    this.node = new ClusterNode(options, { logger: this.logger() }, { serverName: serverName() })
    this.node.whenReady().then(() => {
      this.isReady = true
      this.emit('ready')
    })
  }

  /**
   * @returns {object} the part of deepstream's logger that cluster nodes use; what a server would
   *   log as an error is an 'error' event
   */
  logger() {
    const fail = (event, message) => this.emit('error', new Error(`${event}: ${message}`))
    const ignore = () => {}
    const logger = { debug: ignore, info: ignore, warn: ignore, error: fail, fatal: fail }
    return { ...logger, getNameSpace: () => logger }
  }

  /**
   * @param {string} _channel is the message's topic, from which a cluster node takes it
   * @param {{topic: string}} message
   */
  publish(_channel, message) {
    this.node.send(message)
  }

  /**
   * @param {string} target the name of the one server that is to get it
   * @param {{topic: string}} message
   */
  publishDirect(target, message) {
    this.node.sendDirect(target, message)
  }

  /** @returns {object} the counters of a cluster node of this package */
  stats() {
    return this.node.stats()
  }

  subscribe(channel, callback) {
    this.node.subscribe(channel, callback)
  }
}

module.exports = { ClusterNodeConnector, serverName }
