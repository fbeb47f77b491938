'use strict'

const { EventEmitter } = require('node:events')

/** What may wait to be written, in bytes. */
const LARGEST_WAITING = 8 * 1024 * 1024

/**
 * Writes lines to a stream that may be slower than they come: then it skips some, counts them, and says so in their place.
 *
 * Event: `closed` when nobody reads the stream any more.
 */
class Output extends EventEmitter {
  /** Messages that were written. */
  shown = 0
  /** Messages that were not, here or where they were read. */
  skipped = 0
  #untold = 0
  #stream
  #lines

  /**
   * @param {import('node:stream').Writable} stream
   * @param {{ skipped: (messages: number) => string }} lines how it is said
   */
  constructor(stream, lines) {
    super()
    this.#stream = stream
    this.#lines = lines
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error
      this.emit('closed')
    })
  }

  /** @param {(show: (line: string) => void) => void} produce calls `show` for each message; the lines are written together */
  write(produce) {
    const isFull = this.#stream.writableLength > LARGEST_WAITING
    const lines = []
    produce((line) => lines.push(line))
    if (isFull) this.skip(lines.length)
    else if (lines.length > 0) {
      this.shown += lines.length
      this.#stream.write(`${this.#news()}${lines.join('\n')}\n`)
    }
  }

  /** @param {number} messages that are not shown */
  skip(messages) {
    this.skipped += messages
    this.#untold += messages
  }

  /** Says what is not said yet. */
  end() {
    const news = this.#news()
    if (news) this.#stream.write(news)
  }

  #news() {
    if (this.#untold === 0) return ''
    const news = `${this.#lines.skipped(this.#untold)}\n`
    this.#untold = 0
    return news
  }
}

module.exports = { Output }
