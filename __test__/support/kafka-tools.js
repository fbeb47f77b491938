'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { downloadKafka } = require('../../harness/kafka/download')
const { findJava } = require('../../harness/kafka/java')

const run = promisify(execFile)

/** The Java class of each tool that the documents use. */
const CLASSES = {
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
  'kafka-configs.sh': 'kafka.admin.ConfigCommand',
  'kafka-acls.sh': 'org.apache.kafka.tools.AclCommand',
  'kafka-cluster.sh': 'org.apache.kafka.tools.ClusterTool',
  'kafka-get-offsets.sh': 'org.apache.kafka.tools.GetOffsetShell',
  'kafka-log-dirs.sh': 'org.apache.kafka.tools.LogDirsCommand',
  'kafka-console-consumer.sh': 'org.apache.kafka.tools.consumer.ConsoleConsumer'
}

/** The first use on a machine downloads Kafka. */
const DOWNLOAD_TIMEOUT_MS = 180000
const COMMAND_TIMEOUT_MS = 50000

/**
 * Kafka's own tools, as its distribution has them, which the harness does not, for the tests around the call.
 *
 * @returns {{ folder: string, run: (command: string) => Promise<string> }} `folder` is where shell commands are run, filled before
 *   the tests; `run` returns what they print
 */
function useKafkaTools() {
  const tools = {
    folder: '',
    async run(command) {
      const { folder: cwd } = tools
      const env = { ...process.env, PATH: [cwd, process.env.PATH].join(path.delimiter) }
      const options = { cwd, env, timeout: COMMAND_TIMEOUT_MS }
      const { stdout } = await run('sh', ['-ec', command], options)
      return stdout
    }
  }
  beforeAll(async () => {
    const { command: java } = await findJava()
    const libs = await downloadKafka()
    tools.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kafka-tools-'))
    for (const [name, javaClass] of Object.entries(CLASSES)) {
      const script = `#!/bin/sh\nexec '${java}' -XX:TieredStopAtLevel=1 -cp '${libs}/*' ${javaClass} "$@"\n`
      fs.writeFileSync(path.join(tools.folder, name), script, { mode: 0o755 })
    }
  }, DOWNLOAD_TIMEOUT_MS)
  afterAll(() => tools.folder && fs.rmSync(tools.folder, { recursive: true }))
  return tools
}

module.exports = { useKafkaTools }
