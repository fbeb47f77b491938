'use strict'

const path = require('node:path')
const fs = require('node:fs')
const { CACHE_DIR, cached } = require('./cache')

/**
 * Java flags that load the broker's classes from an archive of parsed ones (class data sharing),
 * which starts a broker in a third of the time and changes nothing afterwards. The archive is made
 * once per Kafka and Java version, by a broker that is started and stopped for it. Java ignores an
 * archive that does not fit.
 *
 * @param {string} kafkaVersion
 * @param {string} javaVersion
 * @param {(jvmFlags: string[]) => Promise<void>} startAndStop runs a broker with these flags, to
 *   its orderly end
 * @returns {Promise<string[]>} flags for every later broker
 * @throws {Error} what `startAndStop` throws
 */
async function sharedClasses(kafkaVersion, javaVersion, startAndStop) {
  const file = path.join(CACHE_DIR, `kafka-${kafkaVersion}`, `classes-java-${javaVersion}.jsa`)
  await cached(file, async (temporary) => {
    await startAndStop([`-XX:ArchiveClassesAtExit=${temporary}`])
    // A Java that cannot write archives must not try again for every cluster.
    fs.closeSync(fs.openSync(temporary, 'a'))
  })
  return fs.statSync(file).size > 0 ? [`-XX:SharedArchiveFile=${file}`] : []
}

module.exports = { sharedClasses }
