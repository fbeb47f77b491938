'use strict'

/**
 * The buses that can be measured. Each is an object with
 *   name             as in `--only`
 *   title            package name as it is printed
 *   version          of that package, or a function of nothing where loading it is what tells
 *   server           the module of servers/ that runs what it connects to
 *   needs            the folder whose dependencies have to be installed for it
 *   readsWholeTopic  true of this package: each node reads all that is sent and leaves out what is
 *                    not for it, and what that costs is measured
 *   sendsDirect      true when this is measured of publishDirect() as well
 *   program()        of librdkafka alone, in place of load(): the file that runs in place of a participant,
 *                    which build() makes
 *   load()           requires the package and returns create(address, channel) -> connector; called
 *                    in the participant's process, and before that to see whether it works
 */
const OTHERS = {
  redis: () => require('./redis'),
  'node-rdkafka': () => require('./node-rdkafka'),
  confluent: () => require('./confluent'),
  kafkajs: () => require('./kafkajs'),
  platformatic: () => require('./platformatic'),
  librdkafka: () => require('./librdkafka'),
  'cluster-redis': () => require('./cluster-redis'),
  nothing: () => require('./nothing')
}

/** This package: what makes a bus of one build of it. */
const OWN = {
  kafka: require('./kafka').kafka,
  'cluster-kafka': require('./cluster-kafka').clusterKafka
}

const OWN_TITLES = {
  kafka: require('./kafka').TITLE,
  'cluster-kafka': require('./cluster-kafka').TITLE
}

/**
 * The faces of this package, by their names in `--face`. Each has the names of the buses
 *   reference  what everything is compared with
 *   own        this package
 *   variant    this package with the librdkafka properties that `--property` names
 *   peers      what `--peers` adds: what a user could take instead
 * A build of this package that `--package` names is its own name, '@' and the name of its folder.
 */
const FACES = {
  connector: {
    reference: 'redis',
    own: 'kafka',
    variant: 'kafka-variant',
    peers: ['cluster-redis', 'node-rdkafka', 'confluent', 'kafkajs', 'platformatic', 'librdkafka']
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
 * @param {object} [settings]
 * @param {Record<string, string>} [settings.properties] those of `--property`
 * @param {Record<string, string>} [settings.packages] the folders of `--package`, by bus
 * @returns {object} the bus
 */
function named(name, { properties, packages = {} } = {}) {
  if (OTHERS[name]) return OTHERS[name]()
  const [own, folder] = name.split(/@(.*)/)
  if (folder) {
    return OWN[own]({ name, title: `${OWN_TITLES[own]} in ${folder}`, root: packages[name] })
  }
  const { own: plain } = Object.values(FACES).find((face) => [face.own, face.variant].includes(own))
  if (name === plain) return OWN[plain]()
  return OWN[plain]({ name, title: 'the same, with --property', properties })
}

/**
 * @param {object} bus
 * @param {string} face that is measured
 * @returns {boolean} whether it is one of those that `--peers` adds
 */
function isPeer({ name }, face) {
  return FACES[face].peers.includes(name)
}

module.exports = { named, isPeer, FACES }
