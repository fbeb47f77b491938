'use strict'

const { KafkaError } = require('./errors')

/** What people write instead, from other connectors and clients. */
const OTHER_NAMES = {
  host: 'connectionString',
  port: 'connectionString',
  url: 'connectionString',
  brokers: 'connectionString',
  nodes: 'connectionString',
  'bootstrap.servers': 'connectionString',
  servername: 'clientId',
  'client.id': 'clientId'
}

/**
 * @param {string} name that a user wrote
 * @param {string[]} options names of all options
 * @returns {KafkaError} with what was probably meant
 */
function unknownOption(name, options) {
  const isProperty = name.includes('.')
  const suggestion =
    OTHER_NAMES[name.toLowerCase()] ??
    (isProperty ? `kafka: {"${name}": ...}` : closest(name, options))
  const advice = suggestion
    ? `Did you mean ${suggestion}?`
    : `The options are: ${options.join(', ')}.`
  return new KafkaError('ERR_KAFKA_OPTION', `Unknown option "${name}". ${advice}`)
}

/** The option whose name is nearest, if it is near enough to be a slip. */
function closest(name, options) {
  const nearest = options
    .map((option) => ({ option, distance: distance(name.toLowerCase(), option.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0]
  return nearest.distance <= Math.max(2, nearest.option.length / 3) ? nearest.option : undefined
}

/** Levenshtein's distance of two words. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(substitution, row[j] + 1, next[j - 1] + 1)
    }
    row = next
  }
  return row[b.length]
}

module.exports = { unknownOption }
