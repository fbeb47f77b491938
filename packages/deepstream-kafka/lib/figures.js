'use strict'

const { padded, widthOf } = require('./text')

/** @returns {string} such as `0.4`, `12` or `12,345` */
function number(value) {
  const digits = value !== 0 && Math.abs(value) < 9.95 ? 1 : 0
  return value.toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits
  })
}

/** @returns {string} such as `1 message` or `12,345 messages` */
function counted(count, noun = 'message') {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

const UNITS = ['B', 'kB', 'MB', 'GB']

/** @returns {string} such as `190 B` or `1.2 MB` */
function bytes(value) {
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? Math.round(value) : number(value)} ${UNITS[unit]}`
}

/** Between two columns. */
const GAP = '   '

/**
 * @param {string[][]} rows of equal length, the first of which are the headings
 * @param {string} alignments of the columns: `l` or `r` for each
 * @returns {string[]} lines with columns under each other
 */
function table(rows, alignments) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => widthOf(row[column]))))
  return rows.map((row) =>
    row
      .map((cell, column) =>
        alignments[column] === 'r'
          ? ' '.repeat(widths[column] - widthOf(cell)) + cell
          : padded(cell, widths[column])
      )
      .join(GAP)
      .trimEnd()
  )
}

module.exports = { number, counted, bytes, table }
