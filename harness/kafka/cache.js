'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { eventually } = require('../eventually')

/** Everything that is fetched or computed once per checkout; ignored by git, safe to delete. */
const CACHE_DIR = path.join(__dirname, '..', '..', '.cache')

/** The longest that one process waits for another's download, in milliseconds. */
const OTHER_PROCESS_TIMEOUT_MS = 10 * 60 * 1000

/**
 * Makes a file or a folder of the cache unless it is there. It is made under a temporary name and
 * renamed when complete, so that what is there under its own name is whole, even after an
 * interruption. Of several processes that ask at the same time one works and the others wait.
 *
 * @param {string} target absolute path of the file or folder
 * @param {(temporary: string) => Promise<void>} make makes it at the path given, whose folder
 *   exists
 * @returns {Promise<string>} `target`, which now exists
 * @throws {Error} whatever `make` throws; or when another process held the lock for more than ten
 *   minutes
 */
async function cached(target, make) {
  const lock = `${target}.lock`
  fs.mkdirSync(path.dirname(target), { recursive: true })
  const message = `another process to make ${target} (if there is none, delete ${lock})`
  const wait = { timeoutMs: OTHER_PROCESS_TIMEOUT_MS, intervalMs: 100, message }
  const held = await eventually(() => (fs.existsSync(target) ? 'made' : tryLock(target)), wait)
  if (held === 'made') return target

  const temporary = partial(target, process.pid)
  try {
    if (fs.existsSync(target)) return target
    await make(temporary)
    renameUnlessThere(temporary, target)
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true })
    fs.rmSync(lock, { force: true })
  }
  return target
}

/**
 * Takes the lock, a file that holds its owner's process id, or clears up after an owner that died.
 * Two processes that find the same dead owner may both get the lock; the rename still lets only one
 * of them win.
 *
 * @param {string} target
 * @returns {'locked' | undefined}
 */
function tryLock(target) {
  const lock = `${target}.lock`
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return 'locked'
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
  // An empty file: its owner is between creating and writing it.
  const owner = Number(fs.readFileSync(lock, 'utf8'))
  if (owner && !isAlive(owner)) {
    fs.rmSync(partial(target, owner), { recursive: true, force: true })
    fs.rmSync(lock, { force: true })
  }
  return undefined
}

/**
 * @param {string} target
 * @param {number} pid
 * @returns {string} the temporary name under which that process makes the target
 */
function partial(target, pid) {
  return `${target}.${pid}.partial`
}

/**
 * @param {number} pid
 * @returns {boolean}
 */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/**
 * @param {string} temporary
 * @param {string} target
 */
function renameUnlessThere(temporary, target) {
  try {
    fs.renameSync(temporary, target)
  } catch (error) {
    if (!fs.existsSync(target)) throw error
  }
}

module.exports = { CACHE_DIR, cached }
