'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { spawn } = require('node:child_process')
const { once } = require('node:events')

/**
 * Waits for the end of its standard input, which comes when the parent closes it or dies, however
 * it dies; then removes the folder. A broker that is dying at the same moment may still write:
 * hence the attempts.
 */
const JANITOR = `
cat >/dev/null
attempts=0
until rm -rf "$1" 2>/dev/null || [ $attempts -ge 50 ]; do
  attempts=$((attempts + 1))
  sleep 0.1
done
`

/** A temporary folder that disappears with the process that made it, even if that is killed. */
class DataDir {
  #janitor

  constructor() {
    /** Absolute path; the folder exists. */
    this.path = fs.mkdtempSync(path.join(os.tmpdir(), 'deepstream-kafka-'))
    const stdio = ['pipe', 'ignore', 'ignore']
    // detached: Ctrl-C in a terminal goes to the parent alone.
    this.#janitor = spawn('sh', ['-c', JANITOR, 'sh', this.path], { stdio, detached: true })
    this.#janitor.unref()
    this.#janitor.stdin.unref()
  }

  /** @returns {Promise<void>} when the folder is gone */
  async remove() {
    if (this.#janitor.exitCode !== null || this.#janitor.signalCode !== null) return
    const gone = once(this.#janitor, 'exit')
    this.#janitor.ref()
    this.#janitor.stdin.end()
    await gone
  }
}

module.exports = { DataDir }
