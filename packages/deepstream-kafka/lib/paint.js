'use strict'

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

/**
 * Colours for a terminal. Nothing is coloured if the stream is not one, or if NO_COLOR is set (https://no-color.org).
 *
 * @param {{ isTTY?: boolean }} [stream] where it will be written
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Record<keyof typeof CODES, (text: string) => string>}
 */
function painter(stream = process.stdout, env = process.env) {
  const isColoured = Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint = (code) => (text) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : String(text))
  return Object.fromEntries(Object.entries(CODES).map(([name, code]) => [name, paint(code)]))
}

module.exports = { painter }
