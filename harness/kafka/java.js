'use strict'

const path = require('node:path')
const { execFile } = require('node:child_process')
const { promisify } = require('node:util')

const run = promisify(execFile)

/** Kafka 4 brokers need it: https://kafka.apache.org/43/getting-started/upgrade/ */
const OLDEST_JAVA = 17

const HINT =
  'Install it (Debian/Ubuntu: `apt-get install openjdk-17-jre-headless`, ' +
  'macOS: `brew install openjdk@17`), or set KAFKA_BROKERS=host:port to use a broker that is ' +
  'already running'

/** @type {Promise<{ command: string, version: string }> | undefined} */
let found

/**
 * Finds Java: JAVA_HOME's if that is set, else the one on the PATH. Looked for once per process.
 *
 * @returns {Promise<{ command: string, version: string }>} the command and its full version, such
 *   as 17.0.15
 * @throws {Error} when there is none or it is older than Java 17; says how to install one
 */
function findJava() {
  found ??= lookForJava()
  return found
}

async function lookForJava() {
  const home = process.env.JAVA_HOME
  const command = home ? path.join(home, 'bin', 'java') : 'java'
  let output
  try {
    output = (await run(command, ['-version'])).stderr
  } catch (cause) {
    throw new Error(`A Kafka broker needs Java ${OLDEST_JAVA} or newer; found none. ${HINT}`, {
      cause
    })
  }
  const version = /version "([^"]+)"/.exec(output)?.[1] ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= OLDEST_JAVA)) {
    throw new Error(`A Kafka broker needs Java ${OLDEST_JAVA} or newer; found ${version}. ${HINT}`)
  }
  return { command, version }
}

module.exports = { findJava }
