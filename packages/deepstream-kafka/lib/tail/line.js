'use strict'

const { counted } = require('../figures')
const { visible, widthOf, cut, padded } = require('../text')

/** Columns become as wide as what they have held so far, up to this: route, topic with action, name. */
const WIDEST = [40, 36, 32]

/** Writes messages as lines for people. */
class Lines {
  #paint
  #columns
  #widths = WIDEST.map(() => 0)

  /**
   * @param {Record<string, (text: string) => string>} paint
   * @param {() => number | undefined} [columns] of the terminal, to which a line is cut; otherwise it is not
   */
  constructor(paint, columns = () => undefined) {
    this.#paint = paint
    this.#columns = columns
  }

  /**
   * @param {import('./entries').Entry} entry
   * @returns {string} time, sender, addressee, topic, action, name, payload
   */
  message({ timestamp, sender, addressee, decoded: { topic, action, name, payload } }) {
    const route = addressee === undefined ? sender : `${sender} → ${addressee}`
    const cells = [route, `${topic} ${action}`.trim(), name].map((text, index) =>
      this.#cell(text, index)
    )
    return this.#assemble(timestamp, cells, payload)
  }

  /** @param {object} record of a Tap, which cannot be read */
  unreadable({ timestamp, partition, offset, bytes, sender, problem }) {
    const what = problem === 'newer' ? 'a record of a later format' : 'no record of the bus'
    const where = `${what}: partition ${partition}, offset ${offset}, ${bytes} bytes`
    return this.#assemble(timestamp, [this.#cell(sender, 0)], where, this.#paint.yellow)
  }

  /** @param {number} messages */
  skipped(messages) {
    return this.#paint.yellow(`… ${counted(messages)} skipped, faster than they can be shown`)
  }

  #cell(text, index) {
    const shown = cut(visible(text), WIDEST[index])
    this.#widths[index] = Math.max(this.#widths[index], widthOf(shown))
    return padded(shown, this.#widths[index])
  }

  #assemble(timestamp, cells, rest, paintRest = (text) => text) {
    const { dim, cyan, bold } = this.#paint
    const columns = this.#columns() ?? Infinity
    const styles = [dim, cyan, bold, (text) => text]
    let left = columns
    const parts = [timeOf(timestamp), ...cells].map((cell, index) => {
      const part = cut(cell, left)
      left -= widthOf(part) + 1
      return styles[index](part)
    })
    // Of a long payload only as much is looked at as could be shown.
    const shown = rest.length > 2 * columns ? rest.slice(0, 2 * columns) : rest
    if (left > 0) parts.push(paintRest(cut(visible(shown), left)))
    return parts.join(' ').trimEnd()
  }
}

/** @returns {string} the local time of day */
function timeOf(timestamp) {
  const date = new Date(timestamp)
  const [hours, minutes, seconds] = [date.getHours(), date.getMinutes(), date.getSeconds()].map(
    (part) => String(part).padStart(2, '0')
  )
  return `${hours}:${minutes}:${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

module.exports = { Lines }
