'use strict'

const path = require('node:path')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { eventually } = require('../../harness/eventually')

const ROOT = path.join(__dirname, '..', '..')

const PRELUDE = `
const MessageConnector = require(${JSON.stringify(ROOT)})
const options = JSON.parse(process.env.OPTIONS)
const tell = (line) => require('fs').writeSync(1, line + '\\n')
`

/** A Node process that runs a piece of code with a connector. */
class Child {
  /** What it wrote to the standard output, by lines. */
  lines = []
  stderr = ''
  #exit
  #process

  /**
   * @param {string[]} args of node
   * @param {object} [env] more variables of its environment
   * @param {string} [cwd] its working directory
   */
  constructor(args, env = {}, cwd = ROOT) {
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } })
    this.#process = child
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop()
      this.lines.push(...lines)
    })
    child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text))
    this.#exit = once(child, 'close').then(([code, signal]) => signal ?? code)
  }

  /**
   * @param {object} options of the connector, `options` in the code
   * @param {string} code knows MessageConnector, options, and tell(line)
   * @returns {Child}
   */
  static run(options, code) {
    return new Child(['-e', PRELUDE + code], { OPTIONS: JSON.stringify(options) })
  }

  /**
   * @param {string | RegExp} line
   * @returns {Promise<string>} the line, when it wrote it
   */
  async said(line, timeoutMs = 20000) {
    const message = `the child to say ${line}`
    const isIt = (said) => (typeof line === 'string' ? said === line : line.test(said))
    const find = () => this.lines.some(isIt)
    await eventually(find, { timeoutMs, intervalMs: 10, message }).catch((error) => {
      throw new Error(`${error.message}; it said ${this.lines.join()} ${this.stderr}`)
    })
    return this.lines.find(isIt)
  }

  /** @returns {Promise<number | string>} its exit code or signal, when it has ended by itself */
  async ended(timeoutMs = 20000) {
    let timer
    const late = new Promise((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`The child lives on; it said ${this.lines.join()} ${this.stderr}`)),
        timeoutMs
      )
    })
    return Promise.race([this.#exit, late]).finally(() => clearTimeout(timer))
  }

  /** @param {string} line written to its standard input */
  tell(line) {
    this.#process.stdin.write(`${line}\n`)
  }

  /** @param {NodeJS.Signals} signal */
  kill(signal) {
    this.#process.kill(signal)
  }

  /** @returns {Promise<void>} when it is gone; at once if it was */
  async end() {
    this.kill('SIGKILL')
    await this.#exit
  }
}

/**
 * Children for each test around the call, ended at its end.
 *
 * @returns {(options: object, code: string) => Child} as Child.run
 */
function useChildren() {
  const children = []
  afterEach(() => Promise.all(children.splice(0).map((child) => child.end())))
  return (options, code) => {
    const child = Child.run(options, code)
    children.push(child)
    return child
  }
}

module.exports = { Child, useChildren, ROOT }
