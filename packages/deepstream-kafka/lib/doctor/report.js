'use strict'

const { count } = require('./result')
const { median } = require('./delivery')

const MARKS = { ok: 'ok', warning: 'warning', failed: 'FAILED', skipped: '-' }
const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'dim' }
/** Where what is said begins: behind the mark and the title. */
const MARK_WIDTH = 9
const TITLE_WIDTH = 23
const NARROWEST = 40

/**
 * @param {import('./result').Result & { title: string }} result
 * @param {ReturnType<import('../paint').painter>} paint
 * @param {number} width of the terminal
 * @returns {string} lines for people
 */
function line({ status, title, what, cure = '', commands = [] }, paint, width) {
  const indent = ' '.repeat(MARK_WIDTH + TITLE_WIDTH)
  const room = Math.max(NARROWEST, width - indent.length)
  const shade = status === 'skipped' ? paint.dim : (text) => text
  const [first, ...rest] = [...wrap(what, room), ...wrap(cure, room)]
  return [
    paint[COLOURS[status]](MARKS[status].padEnd(MARK_WIDTH)) +
      shade(title.padEnd(TITLE_WIDTH) + first),
    ...rest.map((text) => indent + shade(text)),
    // Each in one line, so that it can be copied.
    ...commands.map((command) => indent + paint.cyan(command))
  ].join('\n')
}

/**
 * @param {{ checks: object[] }} examination
 * @param {ReturnType<import('../paint').painter>} paint
 * @param {number} width of the terminal
 * @returns {string[]} lines about all that was not checked because something else failed
 */
function unchecked({ checks }, paint, width) {
  const causes = new Set(checks.map(({ because }) => because).filter(Boolean))
  return [...causes].map((cause) => {
    const titles = checks.filter(({ because }) => because === cause).map(({ title }) => title)
    const what = `Because of that (${cause}), these were not checked: ${titles.join(', ')}.`
    return line({ status: 'skipped', title: '', what }, paint, width)
  })
}

function wrap(text, room) {
  if (text === '') return []
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/**
 * @param {{ status: string, checks: object[] }} examination
 * @param {ReturnType<import('../paint').painter>} paint
 * @returns {string} the line at the end
 */
function verdict({ status, checks }, paint) {
  const number = (wanted) => checks.filter((check) => check.status === wanted).length
  const [failures, warnings] = [number('failed'), number('warning')]
  const isProven = checks.some(({ id }) => id === 'delivery')
  const first = checks.find((check) => check.status === status)
  const also = warnings > 0 ? `, and ${count(warnings, 'warning')}` : ''
  const text = {
    ok: `All is well: ${count(number('ok'), 'check')}.`,
    warning: `${isProven ? 'The bus works' : 'Nothing failed'}, with ${count(warnings, 'warning')}.`,
    failed: `The bus does not work: ${failures === 1 ? first.title : `${count(failures, 'problem')}, first of all: ${first.title}`}${also}.`
  }[status]
  return paint.bold(paint[COLOURS[status]](text))
}

/**
 * @param {{ status: string, checks: object[], facts: object }} examination
 * @returns {object} for machines, as README.md describes it
 */
function document({ status, checks, facts }) {
  const { options, server, inspection, delivery, heard, now } = facts
  return {
    version: 1,
    at: new Date(now).toISOString(),
    status,
    connectionString: options?.connectionString ?? null,
    topic: options?.topic ?? null,
    config: server.file ?? null,
    checks,
    brokers: inspection?.brokers ?? [],
    roundTripMs: delivery?.isComplete
      ? { median: median(delivery.timesMs), longest: Math.max(...delivery.timesMs) }
      : null,
    servers: heard?.servers ?? []
  }
}

module.exports = { document, line, unchecked, verdict }
