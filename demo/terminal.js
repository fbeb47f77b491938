'use strict'

/** What the demo shows: plain text, with colours when a person reads it on a terminal. */

const isTerminal = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code) => (text) => (isTerminal ? `\u001b[${code}m${text}\u001b[0m` : text)

const bold = paint('1')
const dim = paint('2')
const red = paint('31')
const green = paint('32')
const cyan = paint('36')

function print(text = '') {
  process.stdout.write(`${text}\n`)
}

/** @param {string} text the heading of what follows */
function heading(text) {
  print(`\n${bold(text)}`)
}

/**
 * @param {string} label
 * @param {string} text
 */
function fact(label, text) {
  print(`  ${dim(label.padEnd(16))} ${text}`)
}

/**
 * Says that something went from one client to the other.
 *
 * @param {string} path e.g. `A -> B`
 * @param {string} text what went there
 * @param {number} tookMs
 */
function passed(path, text, tookMs) {
  print(`  ${green('✓')} ${cyan(path.padEnd(8))} ${text.padEnd(52)} ${milliseconds(tookMs)}`)
}

/**
 * @param {string[]} columns
 * @param {[string, ...(string | number)[]][]} rows each a label, a cell for each column, a remark
 */
function table(columns, rows) {
  const line = (label, cells) =>
    `  ${label.padEnd(16)}${cells.map((cell) => String(cell).padStart(10)).join('')}`
  print(dim(line('', columns)))
  for (const [label, ...cells] of rows) {
    const remark = cells.pop()
    print(`${line(label, cells)}   ${dim(remark)}`)
  }
}

/** @param {number} ms */
function milliseconds(ms) {
  return `${ms.toFixed(1).padStart(7)} ms`
}

module.exports = { bold, dim, red, cyan, print, heading, fact, passed, table, milliseconds }
