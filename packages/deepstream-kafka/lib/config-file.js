'use strict'

const fs = require('node:fs')
const path = require('node:path')
const yaml = require('js-yaml')
const { ArgumentsError } = require('./arguments-error')
const { EXPANSIONS } = require('./config-expansion')

/** Where deepstream looks for its configuration, in any of its versions, if it is not told a file. */
const PLACES = [
  'conf/config',
  '../conf/config',
  '/etc/deepstream/config',
  '/etc/deepstream/conf',
  '/usr/local/etc/deepstream/config',
  '/usr/local/etc/deepstream/conf/config'
]
const EXTENSIONS = ['.yml', '.yaml', '.json', '.js']

/** deepstream's own default, in milliseconds. */
const INACTIVE_MS = 6000

/**
 * @typedef {object} Server what a configuration says of deepstream
 * @property {string} [file] the configuration file
 * @property {'legacy' | 'modern'} [generation] deepstream 1 to 3, or 4 and later
 * @property {string} [serverName] unless deepstream makes one up
 * @property {number} nodeInactiveTimeoutMs after how much silence a server is dropped by the others
 */

/** Of a server whose configuration is not known. */
const UNKNOWN_SERVER = { nodeInactiveTimeoutMs: INACTIVE_MS }

/**
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string | undefined} the file that deepstream would read in this folder
 */
function findConfigFile(env = process.env) {
  const files = PLACES.flatMap((place) => EXTENSIONS.map((extension) => place + extension))
  return [env.DEEPSTREAM_CONFIG_DIRECTORY, ...files].find((file) => file && fs.existsSync(file))
}

/**
 * Reads deepstream's configuration file as the deepstream that it is for does: 4 and later if it has a cluster node, otherwise 1 to 3.
 *
 * @param {string} file
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ options: object, server: Server }} the plugin's options, not yet checked
 * @throws {ArgumentsError} with the file and what is wrong with it
 */
function readConfigFile(file, env = process.env) {
  const [modern, failure] = attempt(() => parse(file, 'modern', env))
  if (modern?.clusterNode) {
    const { serverName, clusterNode, clusterRegistry } = modern
    return {
      options: optionsOf(file, clusterNode, 'clusterNode'),
      server: facts(file, 'modern', serverName, clusterRegistry?.options?.nodeInactiveTimeout)
    }
  }
  // What one generation cannot read may be fine for the other.
  const [legacy] = attempt(() => parse(file, 'legacy', env))
  if (legacy?.plugins?.message) {
    const { serverName, plugins, clusterNodeInactiveTimeout } = legacy
    return {
      options: optionsOf(file, plugins.message, 'plugins.message'),
      server: facts(file, 'legacy', serverName, clusterNodeInactiveTimeout)
    }
  }
  if (failure) throw failure
  throw new ArgumentsError(
    `${file} configures no message bus: it has neither plugins.message (deepstream 1 to 3) nor clusterNode (4 and later). If the ` +
      'bus is configured in code, use --connection-string, --topic and --kafka.'
  )
}

function attempt(call) {
  try {
    return [call()]
  } catch (failure) {
    return [undefined, failure]
  }
}

function facts(file, generation, serverName, timeoutMs = INACTIVE_MS) {
  // deepstream makes up a name for each start then.
  const isRandom = serverName == null || serverName === 'UUID'
  return {
    file,
    generation,
    ...(!isRandom && { serverName: String(serverName) }),
    nodeInactiveTimeoutMs: timeoutMs
  }
}

function optionsOf(file, plugin, key) {
  const name = plugin.name ?? (plugin.path ? undefined : plugin.type)
  if (name !== undefined && String(name).toLowerCase() !== 'kafka')
    throw new ArgumentsError(
      `${file} configures another message bus: the ${plugin.name === undefined ? 'type' : 'name'} of ${key} is ${name}.`
    )
  const options = plugin.options ?? {}
  if (typeof options !== 'object' || Array.isArray(options))
    throw new ArgumentsError(`${key}.options in ${file} must be a map of options.`)
  return options
}

function parse(file, generation, env) {
  const extension = path.extname(file)
  if (!EXTENSIONS.includes(extension))
    throw new ArgumentsError(
      `${file} cannot be read: deepstream's configuration files end in ${EXTENSIONS.join(', ')}.`
    )
  const content =
    extension === '.js' ? required(file) : parsed(file, extension, expanded(file, generation, env))
  if (content === null || typeof content !== 'object')
    throw new ArgumentsError(`${file} contains no settings.`)
  return content
}

function required(file) {
  try {
    return require(path.resolve(file))
  } catch (error) {
    throw new ArgumentsError(`${file} cannot be loaded: ${error.message}`)
  }
}

function expanded(file, generation, env) {
  let text
  try {
    text = fs.readFileSync(file, 'utf8')
  } catch (error) {
    const why = error.code === 'ENOENT' ? 'it does not exist' : error.message
    throw new ArgumentsError(`${file} (${path.resolve(file)}) cannot be read: ${why}.`)
  }
  return EXPANSIONS[generation](text, file, env)
}

/** Says where it is wrong without quoting it, since secrets may be there. */
function parsed(file, extension, text) {
  try {
    return extension === '.json' ? JSON.parse(text) : yaml.load(text)
  } catch (error) {
    const [, position] = error.message.match(/at position (\d+)/) ?? []
    const line = error.mark
      ? error.mark.line + 1
      : position && text.slice(0, position).split('\n').length
    const reason = error.reason ? `: ${error.reason.replace(/["!<].*/s, '...')}` : ''
    throw new ArgumentsError(
      `${file} is not valid ${extension === '.json' ? 'JSON' : 'YAML'}${line ? `, in line ${line} of what deepstream reads` : ''}${reason}.`
    )
  }
}

module.exports = { UNKNOWN_SERVER, findConfigFile, readConfigFile }
