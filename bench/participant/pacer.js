'use strict'

/**
 * A metronome in a process of its own: it writes one byte to its standard output whenever a message
 * is due. Timers of Node's event loop have a resolution of a millisecond, which would hide the
 * latencies measured here; a spinning sender would take one of the cores the receiver and the
 * broker need. This process sleeps, and spins for the last few microseconds only.
 *
 * node pacer.js <startMs> <intervalMs> <ticks>, times of clock.js
 */

const { writeSync } = require('fs')
const { nowMs } = require('./clock')

/** How much earlier than due to wake: what the operating system adds to a sleep, and a little. */
const WAKE_EARLY_MS = 0.08

const [startMs, intervalMs, ticks] = process.argv.slice(2).map(Number)
const neverNotified = new Int32Array(new SharedArrayBuffer(4))
const tick = Buffer.from('.')

/** Ends with the sender that it paces. */
function beat() {
  try {
    writeSync(1, tick)
  } catch {
    process.exit()
  }
}

for (let index = 0; index < ticks; index++) {
  const dueMs = startMs + index * intervalMs
  const sleepMs = dueMs - WAKE_EARLY_MS - nowMs()
  if (sleepMs > 0) Atomics.wait(neverNotified, 0, 0, sleepMs)
  while (nowMs() < dueMs);
  beat()
}
