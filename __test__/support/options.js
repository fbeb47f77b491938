'use strict'

const { readOptions } = require('../../lib/options')

const CONNECTION = { connectionString: 'a:9092' }

/** What follows from these options and a connectionString. */
function read(options) {
  return readOptions({ ...CONNECTION, ...options })
}

/** @returns {Error} what read() throws with these options */
function thrown(options) {
  try {
    read(options)
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown')
}

module.exports = { CONNECTION, read, thrown }
