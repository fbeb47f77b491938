'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { downloadKafka } = require('../../harness/kafka/download')
const { findJava } = require('../../harness/kafka/java')

/**
 * Kafka's own tools, as its distribution has them, which the harness does not.
 *
 * @param {Record<string, string>} classes the Java class of each, by the tool's name
 * @returns {Promise<string>} a new folder with the tools, to be removed by the caller
 */
async function kafkaTools(classes) {
  const { command: java } = await findJava()
  const libs = await downloadKafka()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kafka-tools-'))
  for (const [name, javaClass] of Object.entries(classes)) {
    const script = `#!/bin/sh\nexec '${java}' -XX:TieredStopAtLevel=1 -cp '${libs}/*' ${javaClass} "$@"\n`
    fs.writeFileSync(path.join(folder, name), script, { mode: 0o755 })
  }
  return folder
}

module.exports = { kafkaTools }
