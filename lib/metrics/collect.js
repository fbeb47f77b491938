'use strict'

const { METRICS } = require('./metrics')

const PREFIX = 'deepstream_kafka_'

/** @type {WeakMap<object, Set<Source>>} whose metrics each registry has */
const sources = new WeakMap()

/**
 * Whose metrics are collected.
 * @typedef {{stats(): object}} Source
 */

/**
 * Adds the metrics of a connection to a registry of prom-client. Nothing is done until the registry is read. All connections in
 * one registry share the metrics, and are told apart by the labels `topic` and `sender`. Does nothing the second time.
 * @param {{registerMetric(metric: object): void}} registry
 * @param {Source} source
 * @throws {TypeError} if it is no registry
 * @throws {Error} prom-client's, if the registry has a metric of such a name from elsewhere
 */
function collect(registry, source) {
  if (typeof registry?.registerMetric !== 'function')
    throw new TypeError('collect() takes a Registry of prom-client, such as its `register`.')
  const known = sources.get(registry)
  if (known) return void known.add(source)
  const all = new Set([source])
  const read = oncePerTurn(all)
  for (const metric of METRICS) registry.registerMetric(new Reading(metric, read))
  sources.set(registry, all)
}

/** A registry reads all its metrics in one turn of the event loop, so that these are of one moment. */
function oncePerTurn(all) {
  let current
  return () => {
    if (current === undefined) {
      current = [...all].map((source) => source.stats())
      setImmediate(() => (current = undefined))
    }
    return current
  }
}

/**
 * What prom-client's registry expects of a metric. Its own classes count; here the numbers are there already.
 */
class Reading {
  #metric
  #read

  /**
   * @param {import('./metrics').Metric} metric
   * @param {() => object[]} read the stats() of every source
   */
  constructor(metric, read) {
    this.name = PREFIX + metric.name
    this.help = metric.help
    this.type = metric.type
    this.aggregator = 'sum'
    this.#metric = metric
    this.#read = read
  }

  get() {
    const { name, help, type, aggregator } = this
    const values = this.#read().flatMap((stats) => {
      const { topic, sender } = stats
      return this.#metric.read(stats).map(({ suffix = '', labels, value }) => ({
        metricName: name + suffix,
        labels: { topic, sender, ...labels },
        value
      }))
    })
    return { name, help, type, aggregator, values }
  }

  /** registry.resetMetrics() would reset what prom-client counts itself. */
  reset() {}
}

module.exports = { collect }
