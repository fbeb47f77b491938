'use strict'

/** `npm run build`: the addon for this machine, and native.js and native.d.ts with which it is loaded. */

const { buildAddon } = require('./cargo')

buildAddon({ args: ['--js', 'native.js', '--dts', 'native.d.ts'] }).then(
  (succeeded) => (process.exitCode = succeeded ? 0 : 1),
  (error) => {
    console.error(error.message)
    process.exitCode = 1
  }
)
