'use strict'

const path = require('node:path')
const { once } = require('node:events')
const { Worker } = require('node:worker_threads')
const { inTime } = require('./cycle')

/** At which moment a worker is terminated; worker.js says each of them, if it comes so far. */
const MOMENTS = ['online', 'connecting', 'ready', 'talking', 'closing']

/** Starts worker threads with connectors, and terminates them. */
class Terminated {
  #options
  #count = 0
  /** The longest termination, in milliseconds. */
  longestMs = 0

  /** @param {object} options of the connectors */
  constructor(options) {
    this.#options = options
  }

  /** @returns {Promise<void>} after one worker's life */
  async run() {
    const moment = MOMENTS[this.#count++ % MOMENTS.length]
    const workerData = { options: this.#options, moment }
    const worker = new Worker(path.join(__dirname, 'worker.js'), { workerData })
    await inTime(once(worker, moment === 'online' ? 'online' : 'message'), `a worker ${moment}`)
    const start = performance.now()
    await inTime(worker.terminate(), 'the end of a worker')
    this.longestMs = Math.max(this.longestMs, performance.now() - start)
  }
}

module.exports = { MOMENTS, Terminated }
