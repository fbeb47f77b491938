'use strict'

const { once } = require('node:events')
const { setTimeout: delay } = require('node:timers/promises')
const { Tap, roundTrip } = require('deepstream.io-msg-kafka/tools')
const { ArgumentsError } = require('../arguments-error')
const { busOptions } = require('../bus-options')
const { ended } = require('../ending')
const { painter } = require('../paint')
const { watch } = require('../watch')
const { screen } = require('./screen')
const { Terminal } = require('./terminal')
const { View } = require('./view')

const EVERY_MS = 1000
/** deepstream's servers say something every five seconds, so that each is heard in this time. */
const ONCE_MS = 6000
/** How often the brokers are asked: each time over new connections. */
const ASK_MS = 10000

/**
 * Shows how a bus does, once a second, until a signal or q.
 *
 * @param {object} flags of the command
 * @returns {Promise<void>}
 * @throws {Error} if the bus cannot be read
 */
async function top(flags) {
  if (flags.json && !flags.once) throw new ArgumentsError('--json needs --once')
  if (!flags.once && !process.stdout.isTTY)
    throw new ArgumentsError('top needs a terminal; --once prints it once')
  const options = await busOptions(flags)
  const tap = new Tap(options)
  let trouble
  const failed = watch(tap, (line) => (flags.once ? console.error(line) : (trouble = line)))
  const troubleNow = () => (tap.stats().link === 'flowing' ? undefined : trouble)
  try {
    await Promise.race([once(tap, 'ready'), failed, ended()])
    const show = flags.once ? showOnce : showAlways
    if (tap.stats().state === 'ready') await show({ tap, failed, troubleNow, options, flags })
  } finally {
    await tap.close()
  }
}

async function showOnce({ tap, failed, options, flags }) {
  const view = observe(tap)
  const pulse = new Pulse(options)
  await Promise.race([Promise.all([pulse.beat(), delay(ONCE_MS)]), failed, ended()])
  const shown = { topic: options.topic, ...view.take(Date.now()), ...pulse.latest }
  console.log(flags.json ? JSON.stringify(shown) : screen(shown, painter()).join('\n'))
}

async function showAlways({ tap, failed, troubleNow, options }) {
  const view = observe(tap)
  const pulse = new Pulse(options)
  const terminal = new Terminal(process.stdout, process.stdin)
  const paint = painter()
  let latest
  const draw = () => latest && terminal.show(screen(latest, paint, terminal.size))
  const frame = () => {
    const { topic } = options
    latest = { topic, ...view.take(Date.now()), ...pulse.latest, trouble: troubleNow() }
    draw()
  }
  terminal.on('resize', draw)
  const timers = [setInterval(frame, EVERY_MS), setInterval(() => pulse.beat(), ASK_MS)]
  pulse.beat()
  try {
    await Promise.race([failed, ended(), once(terminal, 'quit')])
  } finally {
    timers.forEach(clearInterval)
    terminal.close()
  }
}

/** @returns {View} that takes in what the tap reads from now on */
function observe(tap) {
  const view = new View(Date.now())
  tap.on('records', (records) => {
    const now = Date.now()
    for (const record of records) view.note(record, now)
  })
  tap.on('skipped', (messages) => view.skip(messages))
  return view
}

/** How quickly the brokers answer. */
class Pulse {
  latest = {}
  #isAsking = false

  constructor(options) {
    this.options = options
  }

  /** @returns {Promise<void>} when there is an answer, or why not; at once if it is still waited for */
  async beat() {
    if (this.#isAsking) return
    this.#isAsking = true
    this.latest = await roundTrip(this.options).then(
      (roundTripMs) => ({ roundTripMs }),
      ({ code, message }) => ({ roundTripError: `${code}: ${message}` })
    )
    this.#isAsking = false
  }
}

module.exports = { top }
