'use strict'

const { ArgumentsError } = require('./arguments-error')
const { UNKNOWN_SERVER, findConfigFile, readConfigFile } = require('./config-file')

/** Kafka topics that deepstream servers use by default, by the generation of deepstream. */
const DEFAULT_TOPICS = { legacy: 'deepstream-msg', modern: 'deepstream-cluster' }

/**
 * Adds to a command the options that say which bus it is about. Its action passes what commander gives it to readConnection().
 *
 * @param {import('commander').Command} command
 * @returns {import('commander').Command} the same
 */
function addConnectionOptions(command) {
  return command
    .option(
      '--config <file>',
      "deepstream's configuration file, whose options of the plugin are used (default: where deepstream looks, such as conf/config.yml)"
    )
    .option(
      '--connection-string <addresses>',
      'the Kafka brokers as host:port, separated by commas'
    )
    .option(
      '--topic <name>',
      `the Kafka topic (default: that of the configuration file, or else whichever of ${Object.values(DEFAULT_TOPICS).join(' and ')} exists)`
    )
    .option(
      '--kafka <name=value>',
      'a librdkafka property, such as security.protocol=ssl; may be repeated',
      property
    )
    .option('--json', 'print JSON')
}

function property(text, others = {}) {
  const [, name, value] = text.match(/^([^=]+)=(.*)$/s) ?? []
  // The value may be a secret.
  if (name === undefined)
    throw new ArgumentsError('--kafka needs a name and a value: --kafka name=value')
  return { ...others, [name]: value }
}

/**
 * Which bus the arguments are about. Arguments win over the configuration file.
 *
 * @param {{ config?: string, connectionString?: string, topic?: string, kafka?: Record<string, string> }} flags
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ options: object, server: import('./config-file').Server }} `options` as the constructor of the message connector takes
 *   them, not yet checked; without a `topic` if nothing says which, see topic-choice.js
 * @throws {ArgumentsError} if they name no brokers, or the file cannot be used
 */
function readConnection({ config, connectionString, topic, kafka }, env = process.env) {
  // Whoever names brokers does not mean a file that happens to be there.
  const file = config ?? (connectionString === undefined ? findConfigFile(env) : undefined)
  if (file === undefined && connectionString === undefined)
    throw new ArgumentsError(
      "Which Kafka brokers? Name deepstream's configuration file with --config, or the brokers with --connection-string host:port."
    )
  const { options: given, server } = file
    ? readConfigFile(file, env)
    : { options: {}, server: UNKNOWN_SERVER }
  const options = { ...given }
  if (connectionString !== undefined) options.connectionString = connectionString
  const chosen = topic ?? options.topic ?? DEFAULT_TOPICS[server.generation]
  if (chosen !== undefined) options.topic = chosen
  if (kafka) options.kafka = { ...options.kafka, ...kafka }
  return { options, server }
}

module.exports = { DEFAULT_TOPICS, addConnectionOptions, readConnection }
