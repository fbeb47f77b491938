'use strict'

/**
 * The configuration of one broker, which is a KRaft controller as well. Beyond addresses and
 * replication factors it leaves Kafka's defaults alone (broker.session.timeout.ms among them),
 * except for fewer threads and fewer internal partitions, because test machines are small.
 *
 * @param {object} node
 * @param {number} node.id
 * @param {number} node.port for clients and other brokers
 * @param {number} node.controllerPort
 * @param {string} node.logDir absolute path of Kafka's data
 * @param {string} voters every controller, as `id@host:port[,..]`
 * @param {number} brokers how many the cluster has
 * @param {Record<string, string | number | boolean>} extra wins over everything here
 * @returns {string} the text of server.properties
 */
function serverProperties(node, voters, brokers, extra) {
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'controller.quorum.voters': voters,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${node.port}`,
    'log.dirs': node.logDir,

    'auto.create.topics.enable': false,
    'default.replication.factor': brokers,
    'group.initial.rebalance.delay.ms': 0,
    'offsets.topic.num.partitions': 3,
    'offsets.topic.replication.factor': brokers,
    'transaction.state.log.num.partitions': 3,
    'transaction.state.log.replication.factor': brokers,
    'transaction.state.log.min.isr': Math.min(2, brokers),
    'share.coordinator.state.topic.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': brokers,
    'share.coordinator.state.topic.min.isr': Math.min(2, brokers),

    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 2,
    ...extra
  }
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

module.exports = { serverProperties }
