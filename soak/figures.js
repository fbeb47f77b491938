'use strict'

const fs = require('node:fs')
const { setTimeout: delay } = require('node:timers/promises')

/** Threads that end and sockets that close are waited for, so long. */
const SETTLE_MS = 5000
const INTERVAL_MS = 100

/**
 * What this process uses.
 *
 * @typedef {object} Figures
 * @property {number} threads
 * @property {number} handles open files, sockets and the like
 * @property {number} residentBytes memory that it has of the system
 * @property {number} heapBytes what JavaScript's objects take of it
 */

/** @returns {Figures} of this moment; Linux only */
function figures() {
  const status = fs.readFileSync('/proc/self/status', 'utf8')
  const { rss, heapUsed } = process.memoryUsage()
  return {
    threads: Number(/^Threads:\s*(\d+)$/m.exec(status)[1]),
    handles: fs.readdirSync('/proc/self/fd').length,
    residentBytes: rss,
    heapBytes: heapUsed
  }
}

/**
 * Takes the figures when what has ended is gone. Needs `node --expose-gc`.
 *
 * @param {Figures} [before] it is not waited for less threads and handles than these
 * @returns {Promise<Figures>} the least of each that was seen
 */
async function settledFigures(before) {
  const deadline = performance.now() + SETTLE_MS
  let least
  do {
    await delay(INTERVAL_MS)
    globalThis.gc()
    const now = figures()
    least = Object.fromEntries(
      Object.entries(now).map(([name, value]) => [name, Math.min(value, least?.[name] ?? value)])
    )
  } while (performance.now() < deadline && !(before && isDownTo(least, before)))
  return least
}

function isDownTo(now, before) {
  return now.threads <= before.threads && now.handles <= before.handles
}

module.exports = { settledFigures }
