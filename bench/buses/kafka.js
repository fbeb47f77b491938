'use strict'

const path = require('path')

const NAME = 'kafka'
const TITLE = 'deepstream.io-msg-kafka'
const ROOT = path.join(__dirname, '..', '..')

/**
 * The message connector of this package.
 *
 * @param {object} [build] where it is not the one of this checkout with its defaults
 * @param {string} [build.name]
 * @param {string} [build.title]
 * @param {string} [build.root] the folder of the package
 * @param {Record<string, string>} [build.properties] for librdkafka
 * @returns {object} the bus
 */
function kafka({ name = NAME, title = TITLE, root = ROOT, properties } = {}) {
  return {
    name,
    title,
    server: require('../servers/kafka'),
    readsWholeTopic: true,
    version: () => require(path.join(root, 'package.json')).version,
    load() {
      const KafkaConnector = require(root)
      return ({ connectionString }, channel) => {
        const clientId = `bench-${process.pid}`
        return new KafkaConnector({ connectionString, topic: channel, clientId, kafka: properties })
      }
    }
  }
}

module.exports = { kafka, TITLE, ROOT }
