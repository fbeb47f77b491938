'use strict'

const { KafkaError } = require('../errors')
const { integer, text, wrong } = require('../option-values')
const { closest } = require('../suggestions')

/** Whoever can reach the port can read the metrics, so other machines have to be let in on purpose. */
const DEFAULT_HOST = '127.0.0.1'

/** @returns {{port: number, host: string}} where metrics are served */
function metrics(value, name) {
  if (typeof value !== 'object' || Array.isArray(value) || value.port == null)
    throw wrong(name, value, 'an object with a port, such as {port: 9464}')
  const { port, host, ...others } = value
  for (const other of Object.keys(others)) throw unknown(other, name)
  return {
    // 0 is any port that is free.
    port: integer(0, 65535)(port, `${name}.port`),
    host: text(host || DEFAULT_HOST, `${name}.host`)
  }
}

function unknown(given, name) {
  const meant = closest(given, ['port', 'host'])
  const advice = meant
    ? `Did you mean ${name}.${meant}?`
    : `There are ${name}.port and ${name}.host.`
  return new KafkaError('ERR_KAFKA_OPTION', `Unknown option "${name}.${given}". ${advice}`)
}

module.exports = { metrics }
