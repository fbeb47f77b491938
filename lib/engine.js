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

const native = load()

/** What follows from each code of an engine's error, as src/error.rs has it. */
const codes = new Map(native.errorCodes().map((entry) => [entry.code, entry]))

/**
 * @param {string} code of an error
 * @returns {boolean} whether it ends a server that is starting, since nothing but somebody's doing will change it
 */
function endsStart(code) {
  return codes.get(code)?.endsStart === true
}

module.exports = { ...native, endsStart }
