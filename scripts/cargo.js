'use strict'

const { execFileSync } = require('node:child_process')
const os = require('node:os')
const path = require('node:path')
const { ROOT, run } = require('./command')
const { fetchToolchain, hasToolchain, toolchainEnvironment } = require('./toolchain')

/** Where the C libraries are told to look for their plug-ins. There are none; by default it would be a folder of this clone. */
const NO_MODULES = ['ENGINESDIR', 'MODULESDIR']
  .map((macro) => String.raw`-D${macro}="\"/usr/local/lib/${macro.toLowerCase()}\""`)
  .join(' ')

/** @returns {string} the target of this machine, as Rust names it */
function hostTarget() {
  const about = execFileSync('rustc', ['-vV'], { cwd: ROOT, encoding: 'utf8' })
  return /^host: (.+)$/m.exec(about)[1]
}

/**
 * What every cargo command has to have in its environment. If it differed from one to another, as the target or a compiler, OpenSSL
 * and librdkafka would be built again.
 *
 * @param {string} [target] as Rust names it
 * @returns {Promise<Record<string, string>>}
 */
async function cargoEnvironment(target = hostTarget()) {
  const environment = {
    // napi builds with `--target`, which has a folder of its own in target/.
    CARGO_BUILD_TARGET: target,
    RUSTFLAGS: withoutPaths().join(' '),
    [`CFLAGS_${target.replaceAll('-', '_')}`]: NO_MODULES
  }
  if (!hasToolchain(target)) return environment
  await fetchToolchain(target)
  return { ...environment, ...toolchainEnvironment(target) }
}

/** What is published tells nothing of the machine that built it. */
function withoutPaths() {
  const cargoHome = process.env.CARGO_HOME ?? path.join(os.homedir(), '.cargo')
  const flags = [`--remap-path-prefix=${cargoHome}=/cargo`, `--remap-path-prefix=${ROOT}=/build`]
  return [process.env.RUSTFLAGS, ...flags].filter(Boolean)
}

/**
 * @param {string[]} args
 * @param {object} [options] those of run()
 * @returns {Promise<boolean>} whether it succeeded
 */
async function cargo(args, options = {}) {
  return run('cargo', args, { ...options, env: { ...(await cargoEnvironment()), ...options.env } })
}

/**
 * Builds the addon.
 *
 * @param {object} [options] those of run(), and
 * @param {string} [options.target] as Rust names it; default: this machine's
 * @param {string[]} [options.args] more for `napi build`
 * @returns {Promise<boolean>} whether it succeeded
 */
async function buildAddon({ target = hostTarget(), args = [], ...options } = {}) {
  const env = { ...(await cargoEnvironment(target)), ...options.env }
  return run('napi', ['build', '--platform', '--release', '--target', target, ...args], {
    ...options,
    env
  })
}

module.exports = { buildAddon, cargo, hostTarget }

if (require.main === module) {
  cargo(process.argv.slice(2)).then((succeeded) => (process.exitCode = succeeded ? 0 : 1))
}
