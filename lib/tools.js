'use strict'

/** What the command line deepstream-kafka is built on. It is as stable as the command line: use both of the same version. */
module.exports = {
  ...require('./survey'),
  readOptions: require('./options').readOptions,
  Tap: require('./tap').Tap
}
