'use strict'

const { KafkaError } = require('./errors')

let addon

/**
 * The native addon. This is the only place that loads it. It is loaded when it is needed, since deepstream shows why a plugin
 * could not be constructed, but not why its module could not be loaded.
 * @throws {KafkaError} ERR_KAFKA_ADDON
 */
function load() {
  try {
    return (addon ??= require('../native.js'))
  } catch (cause) {
    const { explain } = require('./addon-failure')
    throw new KafkaError('ERR_KAFKA_ADDON', explain(cause), { cause })
  }
}

/** What follows from each code of an engine's error, as src/error.rs has it. */
let codes

/**
 * @param {string} code of an error
 * @returns {boolean} whether it ends a server that is starting, since nothing but somebody's doing will change it
 */
function endsStart(code) {
  codes ??= new Map(
    load()
      .errorCodes()
      .map((entry) => [entry.code, entry])
  )
  return codes.get(code)?.endsStart === true
}

module.exports = {
  get NativeBus() {
    return load().NativeBus
  },
  get NativeDevBroker() {
    return load().NativeDevBroker
  },
  get errorCodes() {
    return load().errorCodes
  },
  endsStart
}
