'use strict'

const path = require('path')
const { parseArgs } = require('util')
const { FACES } = require('./buses')
const { SERIES } = require('./measures')

/** Where docs/performance.md shows them from. */
const PICTURES = path.join(__dirname, '..', 'docs', 'images', 'performance')

const HELP = `Usage: npm run bench -- [options]

Measures this package beside the one for Redis, on servers that it starts itself.

  --face FACE    connector, beside deepstream.io-msg-redis (default), or
                 cluster-node, beside @deepstream/clusternode-redis
  --repeat N     repetitions of each bus, one bus after the other in turn (default 5)
  --quick        one short repetition that only checks that all arrives once and in order
  --peers        also measure the other package for Redis, and thin connectors on other Kafka clients
  --only LIST    measure these buses, in this order:
${Object.keys(FACES).map(onlyLine).join('\n')}
  --plot         also measure clusters, messages and subscriptions of several sizes, and draw pictures
  --pictures DIR the folder of the pictures (default docs/images/performance)
  --stalls N     instead of all else: N runs at a steady rate on this package, every stall listed
  --property K=V also measure this package with this librdkafka property (repeatable)
  --package DIR  also measure the build of this package in DIR (repeatable)
  --json FILE    also write settings, facts and every single value to FILE
  --rate N       messages per second of the latency run (default 1000)
  --seconds N    length of the latency run (default 10)
  --messages N   messages of the throughput run (default 200000); half as many in that with large
                 messages, and of each of the three nodes in that of all to all
  --bytes N      size of the large messages (default 1000)
  --cpu-prof DIR write a CPU profile of each participant to DIR/<bus>
  --help         this text
`

const FLAGS = {
  face: { type: 'string', default: 'connector' },
  repeat: { type: 'string' },
  quick: { type: 'boolean', default: false },
  peers: { type: 'boolean', default: false },
  only: { type: 'string' },
  plot: { type: 'boolean', default: false },
  pictures: { type: 'string' },
  stalls: { type: 'string' },
  property: { type: 'string', multiple: true, default: [] },
  package: { type: 'string', multiple: true, default: [] },
  json: { type: 'string' },
  rate: { type: 'string' },
  seconds: { type: 'string' },
  messages: { type: 'string' },
  bytes: { type: 'string' },
  'cpu-prof': { type: 'string' },
  help: { type: 'boolean', default: false }
}

const FULL = {
  repeat: 5,
  /** Repetitions that come first and are thrown away: the JVM of the broker compiles meanwhile. */
  discard: 1,
  messages: 200000,
  /** Messages published per tick of the event loop in the throughput run. */
  perTick: 250,
  /** Of a large message, as JSON. The others have 190. */
  bytes: 1000,
  rate: 1000,
  seconds: 10,
  roundTrips: 2000,
  idleSeconds: 10,
  /** Per pair of processes, before anything is measured. */
  warmUp: { checked: 2000, flood: 50000, pacedSeconds: 2 },
  /** What is measured for the pictures, each with so many messages in all, or fewer if they are large. */
  series: { ...SERIES, messages: 100000, volumeBytes: 100e6 },
  /** A latency above this is a stall. */
  stallMs: 30,
  /** How long the last message may take after it was sent before it counts as lost. */
  deliveryTimeoutMs: 30000
}

const QUICK = {
  ...FULL,
  repeat: 1,
  discard: 0,
  messages: 5000,
  seconds: 1,
  roundTrips: 100,
  idleSeconds: 1,
  series: {
    nodes: [2, 4],
    bytes: [100, 1000000],
    topics: [1, 100],
    messages: 4000,
    volumeBytes: 4e6
  },
  warmUp: { checked: 1000, flood: 1000, pacedSeconds: 0.2 }
}

/**
 * @param {string|undefined} text
 * @param {string} flag for the message
 * @returns {number|undefined} undefined when the flag was not given
 */
function positive(text, flag) {
  if (text === undefined) return undefined
  const number = Number(text)
  if (number > 0 && Number.isFinite(number)) return number
  throw new Error(`--${flag} needs a number above 0, not '${text}'`)
}

/**
 * @param {string} face
 * @returns {string[]} what `--only` takes
 */
function busesOf(face) {
  const { reference, own, peers } = FACES[face]
  return [reference, own, ...peers]
}

/**
 * @param {string} face
 * @returns {string} its line in the help text
 */
function onlyLine(face) {
  return `                 ${busesOf(face).join(', ')} (${face})`
}

/**
 * @param {string} face
 */
function checkFace(face) {
  if (!Object.hasOwn(FACES, face)) {
    throw new Error(`--face: there is no face '${face}', only ${Object.keys(FACES).join(', ')}`)
  }
}

/**
 * @param {object} values of the flags
 * @param {string[]} packages the buses of `--package`
 * @returns {string[]} names of buses
 */
function chosenBuses({ face, only, peers, stalls, property }, packages) {
  const { reference, own, variant, peers: others } = FACES[face]
  if (peers && others.length === 0) {
    throw new Error(`--peers cannot be combined with --face ${face}: it has no peers to measure`)
  }
  const byDefault = stalls ? [own] : [reference, own, ...(peers ? others : [])]
  const names = only === undefined ? byDefault : only.split(',')
  const unknown = names.find((name) => !busesOf(face).includes(name))
  if (unknown !== undefined) {
    const known = busesOf(face).join(', ')
    throw new Error(`--only: there is no bus '${unknown}' with --face ${face}, only ${known}`)
  }
  return [...names, ...(property.length > 0 ? [variant] : []), ...packages]
}

/**
 * @param {string[]} pairs such as 'linger.ms=1'
 * @returns {Record<string, string>}
 */
function propertiesFrom(pairs) {
  const entries = pairs.map((pair) => {
    const [, key, value] = pair.match(/^([^=]+)=(.*)$/) || []
    if (key) return [key, value]
    throw new Error(`--property needs name=value, not '${pair}'`)
  })
  return Object.fromEntries(entries)
}

/**
 * @param {string[]} folders
 * @param {string} face
 * @returns {Record<string, string>} the same as absolute paths, by the name of the bus that each is
 */
function packagesFrom(folders, face) {
  const packages = {}
  for (const folder of folders) {
    const absolute = path.resolve(folder)
    const name = `${FACES[face].own}@${path.basename(absolute)}`
    if (packages[name]) throw new Error(`--package: two folders would both be called ${name}`)
    packages[name] = absolute
  }
  return packages
}

/**
 * @param {{plot: boolean, pictures?: string, stalls?: string}} values of the flags
 * @returns {string|null} the folder of the pictures
 */
function picturesFrom({ plot, pictures, stalls }) {
  if (plot && stalls) throw new Error('--plot cannot be combined with --stalls')
  if (!plot && pictures) throw new Error('--pictures needs --plot')
  return plot ? path.resolve(pictures ?? PICTURES) : null
}

/**
 * @param {string[]} argv without node and script
 * @returns {object} the settings of the run, or `{help: text}`; throws on unknown options
 */
function settingsFrom(argv) {
  const { values } = parseArgs({ args: argv, options: FLAGS })
  if (values.help) return { help: HELP }
  const given = {}
  for (const flag of ['repeat', 'rate', 'seconds', 'messages', 'bytes', 'stalls']) {
    const number = positive(values[flag], flag)
    if (number !== undefined) given[flag] = number
  }
  checkFace(values.face)
  const packages = packagesFrom(values.package, values.face)
  const chosen = { ...(values.quick ? QUICK : FULL), ...given }
  return {
    ...chosen,
    largeMessages: Math.ceil(chosen.messages / 2),
    messagesEach: Math.ceil(chosen.messages / 2),
    quick: values.quick,
    face: values.face,
    buses: chosenBuses(values, Object.keys(packages)),
    packages,
    properties: propertiesFrom(values.property),
    pictures: picturesFrom(values),
    series: values.plot ? chosen.series : null,
    json: values.json,
    cpuProf: values['cpu-prof']
  }
}

module.exports = { settingsFrom }
