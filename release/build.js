'use strict'

/** `npm run release:build -- TARGET`: builds the addon for a target, as Rust names it, into addons/, with the loader, which is the same for all. */

const { buildAddon } = require('../scripts/cargo')

const [target] = process.argv.slice(2)

buildAddon({
  target,
  args: ['--output-dir', 'addons', '--js', 'native.js', '--dts', 'native.d.ts']
}).then(
  (succeeded) => (process.exitCode = succeeded ? 0 : 1),
  (error) => {
    console.error(error.message)
    process.exitCode = 1
  }
)
