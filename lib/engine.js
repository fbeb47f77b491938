'use strict'

const { KafkaError } = require('./errors')

/** The native addon. This is the only place that loads it. */
function load() {
  try {
    return require('../native.js')
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}, Node ${process.version}`
    throw new KafkaError(
      'ERR_KAFKA_ADDON',
      `deepstream.io-msg-kafka has no native addon that fits this platform (${platform}). Install it ` +
        'with optional dependencies (no --omit=optional), or build it from source: npm run build.',
      { cause }
    )
  }
}

module.exports = load()
