'use strict'

const { execFileSync } = require('node:child_process')
const { ROOT, run } = require('./command')

/**
 * napi builds with `--target`, which has a folder of its own in target/. Every other cargo command
 * must name the same target, and the release profile, or OpenSSL and librdkafka are built again.
 *
 * @returns {Record<string, string>} for the environment of a cargo command
 */
function cargoEnvironment() {
  const about = execFileSync('rustc', ['-vV'], { cwd: ROOT, encoding: 'utf8' })
  return { CARGO_BUILD_TARGET: /^host: (.+)$/m.exec(about)[1] }
}

/**
 * @param {string[]} args
 * @param {object} [options] those of run()
 * @returns {Promise<boolean>} whether it succeeded
 */
function cargo(args, options = {}) {
  return run('cargo', args, { ...options, env: { ...cargoEnvironment(), ...options.env } })
}

module.exports = { cargo, cargoEnvironment }

if (require.main === module) {
  cargo(process.argv.slice(2)).then((succeeded) => (process.exitCode = succeeded ? 0 : 1))
}
