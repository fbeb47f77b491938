'use strict'

const { once } = require('node:events')
const { Tap } = require('deepstream.io-msg-kafka/tools')
const { busOptions } = require('../bus-options')
const { ended } = require('../ending')
const { counted } = require('../figures')
const { painter } = require('../paint')
const { watch } = require('../watch')
const { eachEntry } = require('./entries')
const { Filter } = require('./filter')
const { JsonLines } = require('./json-lines')
const { Lines } = require('./line')
const { Output } = require('./output')
const { readSince } = require('./since')

/** What may wait to be shown. Reading what is there already is faster than showing it. */
const INBOX_BYTES = 64 * 1024 * 1024

/**
 * Shows the messages on the bus until a signal comes, or until nobody reads them any more.
 *
 * @param {object} flags of the command
 * @returns {Promise<void>}
 * @throws {Error} if the bus cannot be read
 */
async function tail(flags) {
  const since = flags.since === undefined ? undefined : readSince(flags.since)
  const filter = new Filter(flags)
  const options = await busOptions(flags, { inboxBytes: INBOX_BYTES })
  const { stdout } = process
  const lines = flags.json
    ? new JsonLines()
    : new Lines(painter(stdout), () => (stdout.isTTY ? stdout.columns : undefined))
  const output = new Output(stdout, lines)
  const tap = new Tap(options, { since })
  tap.on('records', (records) => output.write((show) => format(records, filter, lines, show)))
  tap.on('skipped', (messages) => output.skip(messages))
  try {
    await Promise.race([watch(tap), ended(), once(output, 'closed')])
  } finally {
    await tap.close()
  }
  output.end()
  const { shown, skipped } = output
  if (!flags.json) console.error(`${counted(shown)} shown, ${skipped.toLocaleString('en')} skipped`)
}

function format(records, filter, lines, show) {
  for (const record of records) {
    if (record.problem === undefined)
      eachEntry(record, filter, (entry) => show(lines.message(entry)))
    else if (filter.wantsUnreadable(record.sender)) show(lines.unreadable(record))
  }
}

module.exports = { tail }
