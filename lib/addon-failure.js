'use strict'

const { napi, name, optionalDependencies } = require('../package.json')

/** How napi-rs names the platforms for which there may be a package. */
const PLATFORMS = {
  'x86_64-unknown-linux-gnu': 'linux-x64-gnu',
  'aarch64-unknown-linux-gnu': 'linux-arm64-gnu',
  'x86_64-unknown-linux-musl': 'linux-x64-musl',
  'aarch64-unknown-linux-musl': 'linux-arm64-musl',
  'x86_64-apple-darwin': 'darwin-x64',
  'aarch64-apple-darwin': 'darwin-arm64',
  'x86_64-pc-windows-msvc': 'win32-x64-msvc'
}

/**
 * @typedef {object} System
 * @property {string} platform as process.platform
 * @property {string} arch as process.arch
 * @property {string | undefined} glibc its version; undefined if the C library is another one
 * @property {boolean} hasPermissionModel whether Node runs with --permission
 * @property {string[]} supported the platforms for which there is an addon, as PLATFORMS names them
 * @property {boolean} isPublished whether this is the package from the registry, not a clone of its repository
 */

/** @returns {System} this one */
function thisSystem() {
  const { platform, arch } = process
  return {
    platform,
    arch,
    glibc: platform === 'linux' ? glibcVersion() : undefined,
    hasPermissionModel: process.permission !== undefined,
    supported: napi.targets.map((target) => PLATFORMS[target]),
    isPublished: optionalDependencies !== undefined
  }
}

function glibcVersion() {
  // Otherwise it may take seconds to look up the names of all connections.
  process.report.excludeNetwork = true
  return process.report.getReport().header.glibcVersionRuntime
}

/** What an attempt of the generated loader fails with if there is no addon where it looked. */
const ABSENT = /^(Cannot find (module|package)|Unsupported )/

/**
 * Says why the native addon could not be loaded, and what helps. Of the failures the generated loader keeps the texts alone.
 *
 * @param {unknown} cause what the generated loader threw; it chains what its attempts failed with
 * @param {System} [system]
 * @returns {string}
 */
function explain(cause, system = thisSystem()) {
  const attempts = chain(cause?.cause)
  if (attempts.some((text) => text.includes('loading addons is disabled'))) return disabled(system)
  const broken = attempts.find((text) => !ABSENT.test(text))
  return broken === undefined ? absent(system) : unloadable(broken, system)
}

/** @returns {string[]} the texts of an error and of all that caused it */
function chain(error) {
  return error instanceof Error ? [error.message, ...chain(error.cause)] : []
}

function disabled({ hasPermissionModel }) {
  const why = hasPermissionModel
    ? 'Node runs with --permission, which keeps it from loading native addons. Add --allow-addons.'
    : 'Node runs with --no-addons. Remove that option, also from NODE_OPTIONS.'
  return `The native addon of ${name} was not loaded: ${why}`
}

function unloadable(reason, { glibc }) {
  const needed = [...reason.matchAll(/version [`'"]GLIBC_([\d.]+)['"] not found/g)]
  if (needed.length > 0) {
    const least = needed
      .map(([, version]) => version)
      .sort(byVersion)
      .at(-1)
    return (
      `The native addon of ${name} needs glibc ${least} or newer, but this system has ${glibc ?? 'a different C library'}. ` +
      'Use a newer system or container image, or build the addon there from the sources.'
    )
  }
  return `The native addon of ${name} is installed, but the system cannot load it: ${reason}. Reinstall the package.`
}

function byVersion(a, b) {
  return a.localeCompare(b, 'en', { numeric: true })
}

function absent({ platform, arch, glibc, supported, isPublished }) {
  const here = supported.find((each) => each === nameOf(platform, arch, glibc))
  if (here === undefined) {
    const isMusl = platform === 'linux' && glibc === undefined
    const title = `${platform}-${arch}${isMusl ? ' with musl instead of glibc, as in Alpine Linux' : ''}`
    return (
      `${name} has no native addon for this platform, ${title}. There is one for each of ${supported.join(', ')}: use one ` +
      'of these platforms, or build the addon from the sources.'
    )
  }
  if (!isPublished) {
    return `The native addon of ${name} has not been built in this clone of its sources. Run: npm run build`
  }
  return (
    `The package ${napi.packageName}-${here}, which holds the native addon of ${name} for this platform, is not installed. ` +
    'Either npm was told to omit optional dependencies: install without --omit=optional and --no-optional. Or the lock ' +
    'file or the folder node_modules was created on another platform: remove both, and install again on this one.'
  )
}

/** @returns {string} the platform that this is, as PLATFORMS names them */
function thisPlatform() {
  const { platform, arch, glibc } = thisSystem()
  return nameOf(platform, arch, glibc)
}

function nameOf(platform, arch, glibc) {
  if (platform === 'linux') return `linux-${arch}-${glibc === undefined ? 'musl' : 'gnu'}`
  return `${platform}-${arch}${platform === 'win32' ? '-msvc' : ''}`
}

module.exports = { PLATFORMS, explain, thisPlatform }
