'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { execFile } = require('node:child_process')
const { promisify } = require('node:util')
const { CACHE_DIR, cached } = require('./cache')

const run = promisify(execFile)

const POM = path.join(__dirname, 'pom.xml')

/** The Apache Kafka version that pom.xml pins, such as 4.3.1. */
const KAFKA_VERSION = /<kafka\.version>(.+)<\/kafka\.version>/.exec(fs.readFileSync(POM, 'utf8'))[1]

/**
 * Fetches the jars of an Apache Kafka broker (54 MB, some 90 files) into the cache folder, unless
 * they are there.
 *
 * @param {string} [version] Apache Kafka version on Maven Central
 * @returns {Promise<string>} absolute path of the folder that holds the jars
 * @throws {Error} when Maven is missing (says how to install it) or fails (contains its output)
 */
function downloadKafka(version = KAFKA_VERSION) {
  const libs = path.join(CACHE_DIR, `kafka-${version}`, 'libs')
  return cached(libs, (temporary) => copyDependencies(version, temporary))
}

/**
 * @param {string} version
 * @param {string} folder
 */
async function copyDependencies(version, folder) {
  const args = [
    '--quiet',
    '--batch-mode',
    `--file=${POM}`,
    `-Dkafka.version=${version}`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
    'dependency:copy-dependencies'
  ]
  try {
    await run('mvn', args, { maxBuffer: 64 * 1024 * 1024 })
  } catch (cause) {
    if (cause.code === 'ENOENT') {
      throw new Error(
        `Maven fetches the Apache Kafka ${version} broker, and there is no \`mvn\` command. ` +
          'Install it (Debian/Ubuntu: `apt-get install maven`, macOS: `brew install maven`), ' +
          'or set KAFKA_BROKERS=host:port to use a broker that is already running',
        { cause }
      )
    }
    throw new Error(`Maven could not fetch Apache Kafka ${version}:\n${cause.stdout}`, { cause })
  }
}

module.exports = { KAFKA_VERSION, downloadKafka }
