'use strict'

const { spawn } = require('node:child_process')
const { once } = require('node:events')

/**
 * Runs Prometheus' own checker.
 *
 * @param {string[]} args
 * @param {string} [input] for its standard input
 * @returns {Promise<string>} what it says
 * @throws {Error} that, if it is not content
 */
async function promtool(args, input = '') {
  const child = spawn('promtool', args)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (said += text))
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`promtool ${args.join(' ')}: ${said}`)
  return said
}

module.exports = { promtool }
