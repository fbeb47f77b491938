'use strict'

const WIDTH = 30

/** A bar on a terminal's standard error, and nothing anywhere else. */
class Progress {
  #steps
  #stepMs
  #stream
  #done = -1
  #timer

  /**
   * @param {number} steps
   * @param {number} seconds that each takes
   * @param {NodeJS.WriteStream} [stream]
   */
  constructor(steps, seconds, stream = process.stderr) {
    this.#steps = steps
    this.#stepMs = seconds * 1000
    this.#stream = stream
  }

  /** @param {number | null} rate of the measurement that begins */
  begin(rate) {
    this.#done++
    if (!this.#stream.isTTY) return
    clearInterval(this.#timer)
    const from = performance.now()
    const draw = () => {
      const part = Math.min((performance.now() - from) / this.#stepMs, 1)
      const what = rate === null ? 'as fast as it goes' : `${rate} messages/s`
      this.#stream.write(`\r\u001b[K${bar((this.#done + part) / this.#steps)} ${what}`)
    }
    this.#timer = setInterval(draw, 200)
    draw()
  }

  end() {
    clearInterval(this.#timer)
    if (this.#stream.isTTY && this.#done >= 0) this.#stream.write('\r\u001b[K')
  }
}

/** @param {number} part from 0 to 1 */
function bar(part) {
  const full = Math.round(part * WIDTH)
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${Math.round(part * 100)} %`
}

module.exports = { Progress, bar }
