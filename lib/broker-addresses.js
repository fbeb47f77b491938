'use strict'

const { KafkaError } = require('./errors')

/**
 * @param {string} value the option connectionString
 * @param {string} name of the option
 * @returns {string} the same without spaces
 * @throws {KafkaError} ERR_KAFKA_OPTION or ERR_KAFKA_ZOOKEEPER
 */
function brokerList(value, name) {
  const addresses = value.split(',').map((address) => address.trim())
  if (value.includes('/') && !value.includes('://')) throw zooKeeper(value, 'has a path')
  if (addresses.some((address) => address.endsWith(':2181')))
    throw zooKeeper(value, 'has port 2181')
  if (
    addresses.every((address) =>
      /^([A-Z_]+:\/\/)?(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/.test(address)
    )
  ) {
    return addresses.join(',')
  }
  // It might hold credentials by mistake, so it is not shown.
  throw new KafkaError(
    'ERR_KAFKA_OPTION',
    `The option ${name} must list Kafka brokers as host:port, separated by commas, or be "embedded".`
  )
}

function zooKeeper(value, what) {
  return new KafkaError(
    'ERR_KAFKA_ZOOKEEPER',
    `The option connectionString ${what}, as ZooKeeper's address has. Kafka no longer uses ZooKeeper: name the Kafka ` +
      'brokers themselves, usually on port 9092, such as "kafka-1:9092,kafka-2:9092".'
  )
}

module.exports = { brokerList }
