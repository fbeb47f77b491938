'use strict'

const { KafkaError } = require('./errors')

const EXAMPLE = '"kafka-1:9092,kafka-2:9092"'

/** The original's words, which its users may search for. */
const MISSING = 'Missing config parameter "connectionString"'

const EMPTY =
  'The option connectionString is empty. If it comes from an environment variable, that variable is not set.'

/**
 * It might contain credentials by mistake, so it is never shown.
 * @param {string} value the option connectionString
 * @returns {string} the same without spaces
 * @throws {KafkaError} ERR_KAFKA_OPTION or ERR_KAFKA_ZOOKEEPER
 */
function brokerList(value) {
  const addresses = value.split(',').map((address) => address.trim())
  if (value.trim() === '') throw refused(`${EMPTY} ${MISSING}`)
  for (const address of addresses) {
    const [variable, name] = address.match(/^\$(\w+)/) ?? address.match(/\$\{(\w+)[^}]*\}/) ?? []
    if (variable)
      throw refused(
        `The option connectionString contains ${variable} instead of the value of an environment variable. ` +
          `In its configuration file, deepstream replaces \${${name}}, with braces; in code, use process.env.${name}.`
      )
  }
  if (value.includes('/') && !value.includes('://')) throw zooKeeper('has a path')
  if (addresses.some((address) => address.endsWith(':2181'))) throw zooKeeper('has port 2181')
  for (const address of addresses) {
    const [isAddress, , , port] =
      address.match(/^([A-Z_]+:\/\/)?(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+)(?::(\d+))?$/) ?? []
    if (isAddress === undefined)
      throw refused(
        'The option connectionString must list Kafka brokers as host:port, separated by commas, or be "embedded".'
      )
    if (port && (Number(port) < 1 || Number(port) > 65535))
      throw refused(
        `An address in the option connectionString has the port ${port}. Ports go from 1 to 65535; Kafka's is usually 9092.`
      )
  }
  return addresses.join(',')
}

function zooKeeper(what) {
  return new KafkaError(
    'ERR_KAFKA_ZOOKEEPER',
    `The option connectionString ${what}, like an address of ZooKeeper. Kafka no longer uses ZooKeeper: name the Kafka ` +
      `brokers themselves, usually on port 9092, such as ${EXAMPLE}.`
  )
}

function refused(message) {
  return new KafkaError('ERR_KAFKA_OPTION', message)
}

module.exports = { EMPTY, EXAMPLE, MISSING, brokerList }
