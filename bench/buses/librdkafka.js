'use strict'

const fs = require('fs')
const path = require('path')
const { cargo, hostTarget } = require('../../scripts/cargo')

const ROOT = path.join(__dirname, '..', '..')

/** The limit of all that use librdkafka with a record for each message: without JavaScript, see bench/librdkafka. */
module.exports = {
  name: 'librdkafka',
  title: 'librdkafka alone',
  server: require('../servers/kafka'),
  version() {
    const lock = fs.readFileSync(path.join(ROOT, 'Cargo.lock'), 'utf8')
    return /name = "rdkafka-sys"\nversion = ".*\+(.*)"/.exec(lock)[1]
  },
  /** Compiles it; takes minutes the first time. */
  async build() {
    if (await cargo(['build', '--release', '--quiet', '--example', 'librdkafka'])) return
    throw new Error('bench/librdkafka could not be built, see above')
  },
  /** @returns {string} what runs in place of a participant in Node */
  program: () => path.join(ROOT, 'target', hostTarget(), 'release', 'examples', 'librdkafka')
}
