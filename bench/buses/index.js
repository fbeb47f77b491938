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
  'node-rdkafka': () => require('./node-rdkafka'),
  kafkajs: () => require('./kafkajs'),
  'kafka-variant': () => require('./kafka-variant'),
  nothing: () => require('./nothing')
}

/** What everything is compared with. */
const REFERENCE = 'redis'
const STANDARD = ['redis', 'kafka']
/** This package with the librdkafka properties that `--property` names. */
const VARIANT = 'kafka-variant'
const PEERS = ['node-rdkafka', 'kafkajs']

/**
 * @param {string} name
 * @returns {object} the bus
 */
function named(name) {
  return ALL[name]()
}

module.exports = { named, names: [...STANDARD, ...PEERS], REFERENCE, STANDARD, PEERS, VARIANT }
