'use strict'

const { execFile } = require('node:child_process')
const path = require('node:path')
const { promisify } = require('node:util')

const run = promisify(execFile)
const ROOT = path.join(__dirname, '..')

const SCRIPT = `
  const MessageConnector = require(${JSON.stringify(ROOT)})
  try {
    new MessageConnector({ connectionString: 'a:9092' })
  } catch ({ code, message }) {
    console.log(JSON.stringify({ code, message }))
  }`

/**
 * @param {string} version of a Node
 * @returns {{ flags: string[], cause: string }[]} with what it loads no addons, and the cause that a connector gives then
 */
function refusals(version) {
  const [major, minor] = version.split('.').map(Number)
  const noAddons = { flags: ['--no-addons'], cause: 'Node runs with --no-addons' }
  if (major < 20) return [noAddons]
  const isStable = major > 22 || (major === 22 && minor >= 13)
  const permission = isStable ? '--permission' : '--experimental-permission'
  return [
    noAddons,
    { flags: [permission, '--allow-fs-read=*'], cause: 'Node runs with --permission' }
  ]
}

/**
 * @param {string} node path of the command
 * @param {string[]} flags
 * @returns {Promise<{ code: string, message: string }>} what the constructor of a connector throws
 */
async function refusalOf(node, flags) {
  const { stdout } = await run(node, [...flags, '-e', SCRIPT])
  return JSON.parse(stdout)
}

module.exports = { refusalOf, refusals }
