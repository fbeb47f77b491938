'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { findJava } = require('../harness/kafka/java')
const { ROOT } = require('./command')

/** The version of Rust that rust-toolchain.toml pins. */
const RUST = /channel = "(.+)"/.exec(
  fs.readFileSync(path.join(ROOT, 'rust-toolchain.toml'), 'utf8')
)[1]
const RUSTUP = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"

/**
 * What must be on the machine and no package manager of the project brings.
 *
 * @typedef {object} Prerequisite
 * @property {string} name
 * @property {('demo' | 'test')[]} goals what needs it
 * @property {() => boolean | Promise<boolean>} isThere
 * @property {string} [debian] the packages that hold it
 * @property {string} [macos] the command that installs it there, if it is not `install`
 * @property {string | (() => string)} [install] the command that installs it anywhere else
 * @property {string} [without] what goes on without it, outside of CI
 */

/** @type {Prerequisite[]} */
const PREREQUISITES = [
  {
    name: 'Node.js 20.19 or newer',
    goals: ['demo', 'test'],
    isThere: () => isAtLeast(process.versions.node, [20, 19]),
    install: 'nvm install 20   # https://github.com/nvm-sh/nvm'
  },
  {
    name: `Rust ${RUST}`,
    goals: ['demo', 'test'],
    isThere: hasRust,
    install: () => (answers('rustup', '--version') ? `rustup toolchain install ${RUST}` : RUSTUP)
  },
  {
    name: 'rustfmt and clippy',
    goals: ['test'],
    isThere: () => answers('cargo', 'fmt', '--version') && answers('cargo', 'clippy', '--version'),
    install: () =>
      answers('rustup', '--version')
        ? `rustup component add rustfmt clippy --toolchain ${RUST}`
        : RUSTUP
  },
  {
    name: 'a C compiler and make',
    goals: ['demo', 'test'],
    isThere: () => answers('cc', '--version') && answers('make', '--version'),
    debian: 'build-essential',
    macos: 'xcode-select --install'
  },
  {
    name: 'perl',
    goals: ['demo', 'test'],
    isThere: () => answers('perl', '--version'),
    debian: 'perl',
    macos: 'brew install perl'
  },
  {
    name: 'nm',
    goals: ['test'],
    isThere: () => answers('nm', '--version'),
    debian: 'binutils',
    macos: 'xcode-select --install'
  },
  {
    name: 'systemd-analyze, which checks the example of a systemd unit',
    goals: process.platform === 'linux' ? ['test'] : [],
    isThere: () => answers('systemd-analyze', '--version'),
    debian: 'systemd'
  },
  {
    name: 'javac, for a rule of a broker that a test needs',
    goals: ['test'],
    isThere: () => answers('javac', '-version'),
    debian: 'openjdk-17-jdk-headless',
    macos: 'brew install openjdk@17'
  },
  {
    name: 'Java 17 or newer, for the Kafka broker',
    goals: ['test'],
    isThere: () =>
      findJava().then(
        () => true,
        () => false
      ),
    debian: 'openjdk-17-jre-headless',
    macos: 'brew install openjdk@17'
  },
  {
    name: 'Maven, which fetches the Kafka broker',
    goals: ['test'],
    isThere: () => answers('mvn', '--version'),
    debian: 'maven',
    macos: 'brew install maven'
  },
  {
    name: 'Chromium, in which the page of the demo is tried',
    goals: ['test'],
    isThere: () => answers('chromium', '--version') || answers('google-chrome', '--version'),
    debian: 'chromium',
    macos: 'brew install --cask chromium'
  },
  {
    name: 'promtool, which checks metrics and alert rules',
    goals: ['test'],
    isThere: () => answers('promtool', '--version'),
    debian: 'prometheus',
    macos: 'brew install prometheus'
  },
  {
    name: 'redis-server, beside which the benchmark measures and from which servers migrate',
    goals: ['test'],
    isThere: hasRedis,
    debian: 'redis-server',
    macos: 'brew install redis',
    without: 'the benchmark’s trial runs leave Redis out, and no migration from it is tested'
  }
]

/**
 * Tells what is missing and how to install it. In CI, where nobody reads, root installs Debian's
 * packages at once, and nothing may be missing.
 *
 * @param {'demo' | 'test'} goal
 * @returns {Promise<boolean>} whether everything needed is there
 */
async function ensure(goal) {
  let missing = await missingFor(goal)
  const packages = missing.map(({ debian }) => debian).filter(Boolean)
  if (process.env.CI && packages.length > 0 && process.getuid?.() === 0) {
    installPackages(packages)
    missing = await missingFor(goal)
  }
  for (const prerequisite of missing) {
    console.error(`Missing: ${prerequisite.name}`)
    console.error(`  install it with: ${commandFor(prerequisite)}`)
    if (isOptional(prerequisite)) console.error(`  not needed: ${prerequisite.without}`)
  }
  return missing.every(isOptional)
}

async function missingFor(goal) {
  const needed = PREREQUISITES.filter(({ goals }) => goals.includes(goal))
  const found = await Promise.all(needed.map((prerequisite) => prerequisite.isThere()))
  return needed.filter((_, index) => !found[index])
}

function isOptional({ without }) {
  return without !== undefined && !process.env.CI
}

function commandFor({ debian, macos, install }) {
  if (process.platform === 'darwin' && macos) return macos
  if (debian) return `${process.getuid?.() === 0 ? '' : 'sudo '}apt-get install ${debian}`
  return typeof install === 'function' ? install() : install
}

function installPackages(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
    try {
      execFileSync('apt-get', ['--quiet', ...args], {
        env,
        stdio: ['ignore', 'inherit', 'inherit']
      })
    } catch (error) {
      console.error(error.message)
    }
  }
}

/** Without rustup nothing reads rust-toolchain.toml, and the system's Rust may be an old one. */
function hasRust() {
  if (!answers('cargo', '--version') || !answers('rustc', '--version')) return false
  const version = execFileSync('rustc', ['--version'], { cwd: ROOT, encoding: 'utf8' })
  return isAtLeast(/\d+\.\d+/.exec(version)[0], RUST.split('.').map(Number))
}

/** @returns {boolean} whether the benchmark can measure beside Redis */
function hasRedis() {
  return answers('redis-server', '--version')
}

/** @returns {boolean} whether the command is there and succeeds */
function answers(command, ...args) {
  try {
    execFileSync(command, args, { cwd: ROOT, stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function isAtLeast(version, [major, minor]) {
  const [actualMajor, actualMinor] = version.split('.').map(Number)
  return actualMajor > major || (actualMajor === major && actualMinor >= minor)
}

module.exports = { RUST, ensure, hasRedis }
