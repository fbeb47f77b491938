'use strict'

const { performance } = require('perf_hooks')

/** Buses that have to be flushed when the process exits. Being here also keeps an open bus from being collected. */
const buses = new Set()
let exitingSince = 0

/**
 * deepstream publishes its leave message in its own 'exit' listener, where nothing asynchronous runs any more. Listeners run
 * in the order of their registration, and this one is registered before deepstream's, so from its call on every
 * publish is flushed by itself as well. Since 4.0 deepstream has no such listener, and the bus's owner takes leave here.
 */
function onExit() {
  exitingSince = performance.now()
  for (const bus of buses) {
    bus.takeLeave()
    flush(bus)
  }
}

/**
 * Flushes a bus as long as the time that it may take since the exit began lasts. Blocks.
 * @param {{flush(timeoutMs: number): number, flushTimeoutMs: number}} bus
 */
function flush(bus) {
  const left = bus.flushTimeoutMs - (performance.now() - exitingSince)
  if (left > 0) bus.flush(left)
}

function add(bus) {
  if (buses.size === 0) process.on('exit', onExit)
  buses.add(bus)
}

function remove(bus) {
  if (buses.delete(bus) && buses.size === 0) process.removeListener('exit', onExit)
}

/** @returns {boolean} whether the process is exiting, so that what is published must be flushed at once */
function isExiting() {
  return exitingSince > 0
}

module.exports = { add, remove, flush, isExiting }
