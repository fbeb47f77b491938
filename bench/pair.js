'use strict'

const { Cluster } = require('./cluster')
const { Numbers } = require('./numbers')

/** The smallest cluster: a node that sends and one that receives. */
class Pair extends Cluster {
  /**
   * @param {object} bus
   * @param {object} address what its server listens on
   * @param {string} channel name of the Kafka topic, for buses that need one
   * @param {object} settings
   */
  constructor(bus, address, channel, settings) {
    super(bus, address, channel, settings, ['receiver', 'sender'])
    const [receiver, sender] = this.nodes
    this.receiver = receiver
    this.sender = sender
    /** Those of messages that the sender sends past the receiver. */
    this.unread = new Numbers()
  }

  get senders() {
    return [this.sender]
  }

  /**
   * Sends one run of messages and waits for them.
   *
   * @param {'flood'|'pace'} manner
   * @param {object} run as Cluster.send() takes it
   * @returns {Promise<object>} the results of both sides, and the CPU microseconds of both processes
   *   from before the first message to after the last
   */
  async send(manner, run) {
    const [received, sent] = await super.send(manner, run)
    return {
      ...sent,
      ...received,
      senderCpuMicros: sent.cpuMicros,
      receiverCpuMicros: received.cpuMicros
    }
  }
}

module.exports = { Pair }
