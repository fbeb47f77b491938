'use strict'

const { PROTOCOLS } = require('./security')

/**
 * The configuration of one broker, which is a KRaft controller as well unless there is a ZooKeeper.
 * Beyond addresses and replication factors it leaves Kafka's defaults alone
 * (broker.session.timeout.ms among them), except for fewer threads and fewer internal partitions,
 * because test machines are small.
 *
 * @param {import('./layout').Place} node
 * @param {import('./layout').Place[]} nodes all of the cluster
 * @param {string | undefined} zooKeeper its 'host:port', if the brokers need one
 * @param {Record<string, string | number | boolean>} extra wins over everything here
 * @param {string[]} tlsEntrances names of those through which clients come by TLS
 * @returns {string} the text of server.properties
 */
function serverProperties(node, nodes, zooKeeper, extra, tlsEntrances) {
  const brokers = nodes.length
  const doors = node.doors.map(({ port, proxyPort }, index) => ({
    name: entranceName(index),
    protocol: tlsEntrances.includes(entranceName(index)) ? 'SSL' : 'PLAINTEXT',
    port,
    advertisedPort: proxyPort
  }))
  const secured = Object.entries(node.securedPorts).map(([name, port]) => ({
    name,
    protocol: PROTOCOLS[name],
    port,
    advertisedPort: port
  }))
  // Brokers talk to each other by the listener named PLAINTEXT, and tell each client of the
  // addresses that belong to the listener which it came by.
  const plain = { protocol: 'PLAINTEXT', port: node.port, advertisedPort: node.port }
  const forClients = [{ name: 'PLAINTEXT', ...plain }, ...doors, ...secured]
  const controller = { name: 'CONTROLLER', protocol: 'PLAINTEXT', port: node.controllerPort }
  const all = zooKeeper ? forClients : [...forClients, controller]
  const properties = {
    ...(zooKeeper ? ofZooKeeper(node, zooKeeper) : ofKRaft(node, nodes)),
    'listener.security.protocol.map': all.map(({ name, protocol }) => `${name}:${protocol}`).join(),
    listeners: all.map(({ name, port }) => `${name}://127.0.0.1:${port}`).join(),
    'advertised.listeners': forClients
      .map(({ name, advertisedPort }) => `${name}://127.0.0.1:${advertisedPort}`)
      .join(),
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

function ofKRaft({ id }, nodes) {
  const voters = nodes.map((node) => `${node.id}@127.0.0.1:${node.controllerPort}`)
  return {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters.join(),
    'controller.listener.names': 'CONTROLLER'
  }
}

function ofZooKeeper({ id }, zooKeeper) {
  return { 'broker.id': id, 'zookeeper.connect': zooKeeper }
}

/** @returns {string} the name of an entrance's listener */
function entranceName(index) {
  return `ENTRANCE${index + 1}`
}

module.exports = { entranceName, serverProperties }
