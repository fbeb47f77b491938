'use strict'

const { fork, spawn } = require('node:child_process')
const { randomUUID } = require('node:crypto')
const path = require('node:path')
const { freePorts } = require('../kafka/ports')

const ROOT = path.join(__dirname, '..', '..')
const COMMAND = path.join(ROOT, 'packages', 'deepstream-kafka', 'bin', 'deepstream-kafka.js')
/** Topics must be named when the embedded broker starts: others get several partitions. */
const EMBEDDED_CLUSTERS = 8

/**
 * A message bus for clusters of deepstream servers.
 *
 * @typedef {object} Bus
 * @property {string} title what it is, for a person
 * @property {(more?: object) => { name: string, source: string, options: object }} plugin the
 *   connector for one new cluster, which hears nothing of other clusters on the same bus; `more`
 *   are further options for it
 * @property {import('../kafka').KafkaCluster} [kafka] its brokers, if they are real ones
 * @property {() => Promise<void>} stop ends what startBus() started
 */

/**
 * Starts a message bus.
 *
 * - `kafka`: this package on a real Kafka broker;
 * - `embedded`: this package on its own development broker;
 * - `redis`: deepstream's own connector for Redis (`redis-server` must be installed). It shows
 *   that the tests are fair: they all pass, but for two that it cannot pass, because it leaves a
 *   connection open when it closes, and has none when its server starts again.
 *
 * @param {'kafka' | 'embedded' | 'redis'} [kind] by default the environment's BUS, else `kafka`
 * @param {object} [options] those of KafkaCluster.start(), for `kafka`
 * @returns {Promise<Bus>}
 * @throws {Error} when the bus does not start
 */
async function startBus(kind = process.env.BUS || 'kafka', options = {}) {
  const start = { kafka: startKafka, embedded: startEmbedded, redis: startRedis }[kind]
  if (!start) throw new Error(`BUS is '${kind}'; it can be kafka, embedded or redis`)
  return start(options)
}

async function startKafka(options) {
  const { KafkaCluster } = require('../kafka')
  const kafka = await KafkaCluster.start(options)
  return {
    title: kafka.brokers.length > 1 ? `${kafka.brokers.length} Kafka brokers` : 'Kafka broker',
    kafka,
    plugin: (more) => kafkaPlugin(kafka.connectionString, uniqueTopic(), more),
    stop: () => kafka.stop()
  }
}

async function startEmbedded() {
  const topics = Array.from({ length: EMBEDDED_CLUSTERS }, () => uniqueTopic())
  const options = topics.flatMap((topic) => ['--topic', topic])
  const broker = fork(COMMAND, ['broker', ...options], {
    execArgv: ['--require', path.join(__dirname, 'end-with-parent.js')],
    // In a process group of its own, so that Ctrl-C reaches only the one who stops it in order.
    detached: true,
    silent: true
  })
  const [, connectionString] = await printed(broker, /connectionString: (\S+)/)
  return {
    title: 'embedded development broker',
    plugin: (more) => kafkaPlugin(connectionString, topics.pop(), more),
    stop: () => ended(broker)
  }
}

function kafkaPlugin(connectionString, topic, more) {
  if (!topic) throw new Error(`The embedded broker is for ${EMBEDDED_CLUSTERS} clusters at most`)
  return { name: 'kafka', source: ROOT, options: { connectionString, topic, ...more } }
}

function uniqueTopic() {
  return `deepstream-${randomUUID()}`
}

async function startRedis() {
  const [port] = await freePorts(1)
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
  const redis = spawn('redis-server', settings)
  await printed(redis, /Ready to accept connections/)
  return {
    title: 'Redis',
    plugin: () => ({
      name: 'redis',
      source: 'deepstream.io-msg-redis@1.0.5',
      options: { host: '127.0.0.1', port }
    }),
    stop: () => ended(redis)
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {RegExp} pattern
 * @returns {Promise<RegExpMatchArray>} the match, as soon as the child has printed it
 * @throws {Error} with its output, when it ends before
 */
function printed(child, pattern) {
  return new Promise((resolve, reject) => {
    let output = ''
    const read = (text) => {
      output += text
      const match = output.match(pattern)
      if (match) resolve(match)
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`It ended before it was ready:\n${output}`)))
  })
}

function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

module.exports = { startBus }
