'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { Child } = require('./child')
const { unique } = require('./nodes')

/** What the child runs; knows MessageConnector, options and tell(). */
const CODE = `
const fs = require('fs')
const status = (name) => {
  const text = fs.readFileSync('/proc/self/status', 'utf8')
  return Number(new RegExp(name + ':\\\\s+(\\\\d+)').exec(text)[1]) * 1024
}
const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
const senders = {}
const errors = []
let slowMs = 0
let baseRss
const node = new MessageConnector(options)
node.on('error', ({ code, message }) => errors.push({ code, message }))
node.on('ready', () => {
  fs.writeFileSync('/proc/self/clear_refs', '5') // forget the peak
  baseRss = status('VmRSS')
  tell('ready')
})
node.subscribe('E', ({ from, n }) => {
  const sender = (senders[from] ??= { count: 0, next: 0, skipped: 0, disorder: 0 })
  sender.count++
  if (n < sender.next) sender.disorder++
  else sender.skipped += n - sender.next
  sender.next = n + 1
  if (slowMs > 0) wait(slowMs)
})
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { name, value } = JSON.parse(line)
  if (name === 'slow') slowMs = value
  if (name === 'block') {
    tell('blocked')
    while (!fs.existsSync(value)) wait(20)
  }
  if (name === 'report') {
    const peakRss = status('VmHWM')
    tell('report ' + JSON.stringify({ senders, errors, stats: node.stats(), baseRss, peakRss }))
  }
})
`

/**
 * A node in a process of its own that only reads messages { from, n } of the deepstream topic E. Its event loop can be blocked
 * or slowed down. Linux only.
 */
class ReaderProcess {
  #child
  #release

  /** @param {object} options of the connector */
  constructor(options) {
    this.#child = Child.run(options, CODE)
  }

  /** @returns {Promise<void>} when it is ready */
  async ready() {
    await this.#child.said('ready')
  }

  #order(name, value) {
    this.#child.tell(JSON.stringify({ name, value }))
  }

  /** @returns {Promise<void>} when its event loop stands still, until release() */
  async block() {
    this.#release = path.join(os.tmpdir(), unique('release'))
    this.#child.lines.length = 0
    this.#order('block', this.#release)
    await this.#child.said('blocked')
  }

  /** Ends block(). */
  release() {
    if (this.#release) fs.writeFileSync(this.#release, '')
  }

  /** @param {number} ms for which each message blocks it from now on */
  slowDown(ms) {
    this.#order('slow', ms)
  }

  /**
   * @returns {Promise<{ senders: object, errors: object[], stats: object, baseRss: number, peakRss: number }>} by
   *   sender how many messages came, how many were skipped before one and how many were out of order; memory in bytes
   */
  async report() {
    this.#child.lines.length = 0
    this.#order('report')
    const line = await this.#child.said(/^report /, 60000)
    return JSON.parse(line.slice('report '.length))
  }

  async end() {
    await this.#child.end()
    if (this.#release) fs.rmSync(this.#release, { force: true })
  }
}

/**
 * Readers for each test around the call, ended at its end.
 *
 * @returns {(options: object) => Promise<ReaderProcess>} that is ready
 */
function useReaders() {
  const readers = []
  afterEach(() => Promise.all(readers.splice(0).map((reader) => reader.end())))
  return async (options) => {
    const reader = new ReaderProcess(options)
    readers.push(reader)
    await reader.ready()
    return reader
  }
}

module.exports = { useReaders }
