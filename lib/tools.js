'use strict'

/** What the command line deepstream-kafka is built on. */
module.exports = {
  get readOptions() {
    return require('./options').readOptions
  },
  get Tap() {
    return require('./tap').Tap
  }
}
