'use strict'

/**
 * `npm run build`: the addon for this machine, with native.js and native.d.ts, by which it is loaded. `npm run release:build -- TARGET`:
 * the same for a target, as Rust names it, in addons/.
 */

const { parseArgs } = require('node:util')
const { buildAddon } = require('./cargo')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'output-dir': { type: 'string', default: '.' } }
})

buildAddon({
  target: positionals[0],
  args: ['--output-dir', values['output-dir'], '--js', 'native.js', '--dts', 'native.d.ts']
}).then(
  (succeeded) => (process.exitCode = succeeded ? 0 : 1),
  (error) => {
    console.error(error.message)
    process.exitCode = 1
  }
)
