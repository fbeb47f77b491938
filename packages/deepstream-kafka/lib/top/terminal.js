'use strict'

const { EventEmitter } = require('node:events')

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
const CTRL_C = '\u0003'

/**
 * The terminal's other screen, which leaves what was there before as it was. It is left again when the process ends, however it ends.
 *
 * Events: `quit` when the user pressed q or Ctrl-C; `resize`.
 */
class Terminal extends EventEmitter {
  #input
  #output
  #leave = () => this.close()

  /**
   * @param {import('node:tty').WriteStream} output
   * @param {import('node:tty').ReadStream} input
   */
  constructor(output, input) {
    super()
    this.#output = output
    this.#input = input
    process.once('exit', this.#leave)
    output.write(ENTER)
    output.on('resize', () => this.emit('resize'))
    if (!input.isTTY) return
    input.setRawMode(true)
    input.on('data', (keys) => {
      if (/q/i.test(keys) || keys.includes(CTRL_C)) this.emit('quit')
    })
  }

  get size() {
    const { columns, rows } = this.#output
    return { columns, rows }
  }

  /** @param {string[]} lines no more than there are rows */
  show(lines) {
    this.#output.write(HOME + lines.map((line) => line + CLEAR_LINE).join('\n') + CLEAR_BELOW)
  }

  close() {
    process.off('exit', this.#leave)
    if (this.#input.isTTY) {
      this.#input.setRawMode(false)
      this.#input.pause()
    }
    this.#output.write(LEAVE)
  }
}

module.exports = { Terminal }
