'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { Child, ROOT } = require('./child')

const COMMAND = path.join(ROOT, 'packages', 'deepstream-kafka', 'bin', 'deepstream-kafka.js')
const PATIENCE_MS = 50000

/**
 * The command line, run as a process of its own.
 *
 * @param {string[]} args
 * @param {object} [env]
 * @returns {Promise<{ code: number | string, stdout: string, stderr: string }>}
 */
async function deepstreamKafka(args, env) {
  const child = new Child([COMMAND, ...args], env)
  const code = await child.ended(PATIENCE_MS).finally(() => child.end())
  return { code, stdout: child.lines.join('\n'), stderr: child.stderr }
}

/**
 * @param {object} options of the connector: connectionString, topic, kafka, as far as they are given
 * @returns {string[]} the arguments that say the same
 */
function argumentsOf({ connectionString, topic, kafka = {} }) {
  return [
    ...(connectionString ? ['--connection-string', connectionString] : []),
    ...(topic ? ['--topic', topic] : []),
    ...Object.entries(kafka).flatMap(([name, value]) => ['--kafka', `${name}=${value}`])
  ]
}

/**
 * What `deepstream-kafka doctor --json` finds.
 *
 * @param {object} options of the connector
 * @param {string[]} [more] arguments
 * @returns {Promise<object>} the document, and by the id of a check its result
 */
async function examined(options, more = []) {
  const args = ['doctor', '--json', ...argumentsOf(options), ...more]
  const { code, stdout, stderr } = await deepstreamKafka(args)
  if (stderr !== '') throw new Error(`The doctor says ${stderr}`)
  const document = JSON.parse(stdout)
  if (code !== (document.status === 'failed' ? 1 : 0)) throw new Error(`The exit code is ${code}`)
  const results = Object.fromEntries(document.checks.map((check) => [check.id, check]))
  return { ...document, results }
}

/**
 * @template T
 * @param {object} options of the plugin, that `--config` is to bring
 * @param {(config: string) => Promise<T>} use gets the path of a deepstream configuration with them
 * @returns {Promise<T>}
 */
async function withConfig(options, use) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'doctor-'))
  const config = path.join(folder, 'config.json')
  fs.writeFileSync(config, JSON.stringify({ clusterNode: { name: 'kafka', options } }))
  try {
    return await use(config)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

/** @returns {string[]} the ids of the checks with this status */
function idsOf({ checks }, status) {
  return checks.filter((check) => check.status === status).map(({ id }) => id)
}

module.exports = { argumentsOf, deepstreamKafka, examined, idsOf, withConfig }
