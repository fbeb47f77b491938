'use strict'

const fs = require('node:fs')
const path = require('node:path')
const lockfile = require('proper-lockfile')
const { eventually } = require('../eventually')

/** Everything that is fetched or computed once per checkout; ignored by git, safe to delete. */
const CACHE_DIR = path.join(__dirname, '..', '..', '.cache')

/** The longest that one process waits for another's download, in milliseconds. */
const OTHER_PROCESS_TIMEOUT_MS = 10 * 60 * 1000

/**
 * Makes a file or a folder of the cache unless it is there. It is made under a temporary name and
 * renamed when complete, so that what is there under its own name is whole, even after an
 * interruption. Of several processes that ask at the same time one works and the others wait; when
 * it is killed, another one takes over within ten seconds.
 *
 * @param {string} target absolute path of the file or folder
 * @param {(temporary: string) => Promise<void>} make makes it at the path given, whose folder
 *   exists
 * @returns {Promise<string>} `target`, which now exists
 * @throws {Error} whatever `make` throws; or when another process held the lock for more than ten
 *   minutes
 */
async function cached(target, make) {
  if (fs.existsSync(target)) return target
  fs.mkdirSync(path.dirname(target), { recursive: true })
  // The target itself is not there yet.
  const lock = () => lockfile.lock(target, { realpath: false })
  const message = `another process to make ${target}`
  const wait = { timeoutMs: OTHER_PROCESS_TIMEOUT_MS, intervalMs: 100, message }
  const release = await eventually(lock, wait)
  try {
    if (!fs.existsSync(target)) await makeWhole(target, make)
  } finally {
    await release()
  }
  return target
}

async function makeWhole(target, make) {
  const temporary = `${target}.partial`
  const clear = () => fs.rmSync(temporary, { recursive: true, force: true })
  clear()
  try {
    await make(temporary)
    fs.renameSync(temporary, target)
  } finally {
    clear()
  }
}

module.exports = { CACHE_DIR, cached }
