'use strict'

const { checkAddresses, checkAdvertised } = require('./addresses')
const { checkTimeouts, checkVersion } = require('./brokers')
const { commandsFor } = require('./commands')
const { checkDelivery, exchange } = require('./delivery')
const { listen } = require('./listening')
const { reach } = require('./reach')
const { ok } = require('./result')
const { checkCreate, checkDescribe, checkRight } = require('./rights')
const security = require('./security')
const servers = require('./servers')
const topic = require('./topic')
const { inspectTopic } = require('../topic-choice')

/**
 * A check, and the ids of those that have to be right before it makes sense. It returns nothing where it does not apply.
 *
 * @typedef {{ id: string, title: string, needs?: string[], check: (facts: object) => import('./result').Result | undefined }} Check
 */

/**
 * What is looked at, in order. `gather` adds facts to those that are known, unless a check failed that `needs` names; then `checks`
 * judge them. `product` is deepstream.io-msg-kafka.
 *
 * @type {{ needs?: string[], gather?: (facts: object, product: object) => Promise<object>, checks: Check[] }[]}
 */
const STEPS = [
  {
    gather: async ({ given }, { readOptions, topicCommand }) => {
      const options = readOptions(given)
      // The properties of librdkafka are checked by the engine.
      topicCommand(options)
      return { options, properties: options.properties }
    },
    checks: [{ id: 'options', title: 'options', check: checkOptions }]
  },
  {
    needs: ['options'],
    gather: async ({ options: { connectionString } }) => ({
      addresses: await Promise.all(addressesOf(connectionString).map(reach))
    }),
    checks: [{ id: 'addresses', title: 'addresses', check: checkAddresses }]
  },
  {
    needs: ['options', 'addresses'],
    gather: async ({ given, properties, addresses }, product) => {
      const { options, inspection, isGuess } = await inspectTopic(given, product)
      const address = addresses.find(({ problem }) => !problem)?.address
      const certificate = security.usesTls(properties)
        ? await security.certificateOf(address)
        : undefined
      const createCommand = product.topicCommand(options)
      const commands = commandsFor(options)
      return { options, inspection, isGuess, certificate, createCommand, commands }
    },
    checks: [
      { id: 'tls', title: 'TLS', check: security.checkTls },
      { id: 'protocol', title: 'protocol', needs: ['tls'], check: security.checkProtocol },
      {
        id: 'credentials',
        title: 'credentials',
        needs: ['protocol'],
        check: security.checkCredentials
      },
      { id: 'cluster', title: 'cluster', needs: ['credentials'], check: security.checkCluster }
    ]
  },
  {
    needs: ['cluster'],
    gather: async ({ inspection }) => ({ advertised: await reachAll(inspection.brokers) }),
    checks: [
      { id: 'brokers', title: 'brokers', check: checkAdvertised },
      { id: 'version', title: 'Kafka version', check: checkVersion }
    ]
  },
  {
    needs: ['cluster', 'brokers'],
    checks: [
      ...['Read', 'Write'].map((operation) => ({
        id: operation.toLowerCase(),
        title: `right ${operation}`,
        check: checkRight(operation)
      })),
      { id: 'create', title: 'right Create', check: checkCreate },
      { id: 'describeConfigs', title: 'right DescribeConfigs', check: checkDescribe },
      { id: 'topic', title: 'topic', check: topic.checkTopic },
      ...topic.SETTINGS.map(onTopic),
      { id: 'timeouts', title: 'time-outs', check: checkTimeouts }
    ]
  },
  {
    needs: ['brokers', 'topic', 'read', 'write'],
    gather: async ({ given, options, inspection }, { MessageConnector, Tap }) => {
      if (!inspection.topic) return {}
      const [delivery, { hearing, ...state }] = await Promise.all([
        exchange(MessageConnector, { ...given, topic: options.topic }),
        listen(Tap, options)
      ])
      const heard = { ...state, ...hearing.summary(delivery.senders) }
      return { delivery, heard, now: Date.now() }
    },
    checks: [
      { id: 'delivery', title: 'there and back', check: checkDelivery },
      { id: 'servers', title: 'servers', check: servers.checkServers },
      ...servers.DETAILS.map((check) => ({ ...check, needs: ['servers'] }))
    ].map(onTopic)
  }
]

function checkOptions({ given, server }) {
  const from = server.file ? `of ${server.file}` : 'given as arguments'
  const face = {
    modern: ', for the cluster node (deepstream 4 and later)',
    legacy: ', for the message connector (deepstream 1 to 3)'
  }
  const names = Object.keys(given).filter((name) => given[name] != null)
  return ok(`${names.join(', ')} ${from}${face[server.generation] ?? ''}`)
}

/** Where there is no topic yet, nothing is said of what it lacks. */
function onTopic({ needs = [], check, ...rest }) {
  return {
    ...rest,
    needs: ['topic', ...needs],
    check: (facts) => (facts.inspection.topic ? check(facts) : undefined)
  }
}

/** An embedded broker of another process listens on this machine. */
function addressesOf(connectionString) {
  const [, port] = connectionString.match(/^embedded:(\d+)$/) ?? []
  return port ? [`127.0.0.1:${port}`] : connectionString.split(',')
}

function reachAll(brokers) {
  return Promise.all(
    brokers.map(async ({ id, host, port }) => {
      const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
      return { id, ...(await reach(address)) }
    })
  )
}

module.exports = { STEPS }
