'use strict'

/**
 * The buses that can be measured. Each is a module with
 *   name     as in `--only`
 *   title    package name as it is printed
 *   version  of that package, or a function of nothing where loading it is what tells
 *   server   the module of servers/ that runs what it connects to
 *   load()   requires the package and returns create(address, channel, properties) -> connector;
 *            called in the participant's process only; properties are those of `--property`
 */
const ALL = {
  redis: () => require('./redis'),
  kafka: () => require('./kafka'),
  'kafka-variant': () => require('./kafka-variant'),
  'node-rdkafka': () => require('./node-rdkafka'),
  kafkajs: () => require('./kafkajs'),
  'cluster-redis': () => require('./cluster-redis'),
  'cluster-kafka': () => require('./cluster-kafka'),
  'cluster-kafka-variant': () => require('./cluster-kafka-variant'),
  nothing: () => require('./nothing')
}

/**
 * The faces of this package, by their names in `--face`. Each has the names of the buses
 *   reference  what everything is compared with
 *   own        this package
 *   variant    this package with the librdkafka properties that `--property` names
 *   peers      what `--peers` adds
 */
const FACES = {
  connector: {
    reference: 'redis',
    own: 'kafka',
    variant: 'kafka-variant',
    peers: ['node-rdkafka', 'kafkajs']
  },
  'cluster-node': {
    reference: 'cluster-redis',
    own: 'cluster-kafka',
    variant: 'cluster-kafka-variant',
    peers: []
  }
}

/**
 * @param {string} name
 * @returns {object} the bus
 */
function named(name) {
  return ALL[name]()
}

module.exports = { named, FACES }
