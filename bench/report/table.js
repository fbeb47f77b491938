'use strict'

const { MEASURES, valuesOf } = require('../measures')
const { summary } = require('../statistics')

/**
 * @param {string} template with names of settings in braces
 * @param {object} settings
 * @returns {string}
 */
function fill(template, settings) {
  return template.replace(/\{(\w+)\}/g, (_, name) => settings[name])
}

/**
 * @param {number} value
 * @param {number} digits
 * @returns {string} with a comma between thousands
 */
function format(value, digits) {
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits
  })
}

/**
 * One measure per block, one bus per line: median, smallest and largest repetition, and the ratio of
 * the medians to the reference, or to the first bus where the reference was not measured.
 *
 * @param {{bus: object, repetitions: object[]}[]} results
 * @param {string} reference name of the bus that the ratios refer to
 * @param {object} settings
 * @returns {string}
 */
function table(results, reference, settings) {
  const measured = results.filter(({ repetitions }) => repetitions.length > 0)
  const nameWidth = Math.max(...measured.map(({ bus }) => bus.title.length))
  return MEASURES.flatMap((measure) => {
    const { title, unit, digits, isAbsolute, moreIsBetter } = measure
    const rows = measured.flatMap(({ bus, repetitions }) => {
      const values = valuesOf(measure, repetitions)
      return values ? [{ bus, ...summary(values) }] : []
    })
    if (rows.length === 0) return []
    const base = rows.find(({ bus }) => bus.name === reference) || rows[0]
    const lines = rows.map(({ bus, median, min, max }) => {
      const isCompared = bus !== base.bus && !isAbsolute
      const spread = `${format(min, digits)} .. ${format(max, digits)}`
      const cells = [
        bus.title.padEnd(nameWidth),
        format(median, digits).padStart(10),
        spread.padStart(22),
        (isCompared ? `${(median / base.median).toFixed(2)} x` : '').padStart(9)
      ]
      return `  ${cells.join('  ')}`.trimEnd()
    })
    const direction = moreIsBetter ? 'more is better' : 'less is better'
    return [[`${fill(title, settings)} (${unit}, ${direction})`, ...lines].join('\n')]
  }).join('\n\n')
}

/**
 * @param {object} own the result of overhead()
 * @param {object} settings
 * @returns {string}
 */
function overheadLine(own, { rate }) {
  const { floodSenderCpu, floodReceiverCpu, pacedSenderCpu, stringifyMicros, parseMicros } = own
  return (
    `The benchmark itself is part of these CPU figures: ${floodSenderCpu.toFixed(2)} us/msg of the ` +
    `sender and\n${floodReceiverCpu.toFixed(2)} us/msg of the receiver at full speed, ` +
    `${pacedSenderCpu.toFixed(0)} us/msg of the sender at ${rate} msg/s.\n` +
    `JSON alone takes ${stringifyMicros.toFixed(2)} us/msg to write and ${parseMicros.toFixed(2)} to read.`
  )
}

module.exports = { table, overheadLine }
