'use strict'

/**
 * `node release/try.js`: installs what `npm run release:pack` made into a new folder, on this machine and with this Node, and lets both
 * faces exchange a message. Needs nothing that is built or installed here, and runs on each Node that the packages are for.
 */

const { execFileSync } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { thisPlatform } = require('../lib/addon-failure')

const ROOT = path.join(__dirname, '..')
const DIST = path.join(ROOT, 'dist')

function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'release-try-'))
  try {
    fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}')
    const packages = fs.readdirSync(DIST).filter(isForHere)
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts']
    const files = packages.map((file) => `"${path.join(DIST, file)}"`)
    // A shell, since npm is a script on Windows.
    execFileSync('npm', [...args, ...files], { cwd: folder, shell: true, stdio: 'inherit' })
    fs.copyFileSync(path.join(ROOT, '__test__/support/exchange.js'), path.join(folder, 'try.js'))
    const said = execFileSync(process.execPath, ['try.js'], { cwd: folder, encoding: 'utf8' })
    const { messages } = JSON.parse(said)
    if (messages.join() !== 'Grüße,Grüße') throw new Error(`Another message arrived: ${said}`)
    console.log(`ok: ${packages.join(', ')} with Node ${process.version} on ${thisPlatform()}`)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {boolean} whether it is a package that is the same everywhere, or the one with the addon for this platform */
function isForHere(file) {
  const [, suffix] = /^deepstream\.io-msg-kafka-(.+)-\d+\.\d+\.\d+.*\.tgz$/.exec(file) || []
  return file.endsWith('.tgz') && (suffix === undefined || suffix === thisPlatform())
}

main()
