'use strict'

const { setTimeout: delay } = require('node:timers/promises')

/**
 * Waits for something that another process or thread brings about, by asking again and again. A
 * call of `fn` that never settles is not waited for beyond the deadline.
 *
 * @template T
 * @param {() => T | Promise<T>} fn asked until it gives a truthy result; a throw or a rejection
 *   counts as "not yet"
 * @param {object} [options]
 * @param {number} [options.timeoutMs] how long to keep asking, in milliseconds (10000)
 * @param {number} [options.intervalMs] pause between two questions, in milliseconds (50)
 * @param {string} [options.message] what was awaited, for the error's text ('the condition')
 * @returns {Promise<T>} the first truthy result
 * @throws {Error} when the time is over: names what was awaited; its `cause` is the last error of
 *   `fn`, if it threw
 */
async function eventually(fn, options = {}) {
  const { timeoutMs = 10000, intervalMs = 50, message = 'the condition' } = options
  const deadline = performance.now() + timeoutMs
  let cause
  for (;;) {
    const left = deadline - performance.now()
    try {
      const result = await within(left, fn)
      if (result) return result
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (performance.now() + intervalMs >= deadline) break
    await delay(intervalMs)
  }
  const reason = cause ? `: ${cause.message}` : ''
  throw new Error(`Waited ${timeoutMs} ms in vain for ${message}${reason}`, { cause })
}

/**
 * @template T
 * @param {number} ms
 * @param {() => T | Promise<T>} fn
 * @returns {Promise<T>}
 */
async function within(ms, fn) {
  let timer
  const expiry = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the last question was never answered')), ms)
  })
  try {
    return await Promise.race([fn(), expiry])
  } finally {
    clearTimeout(timer)
  }
}

module.exports = { eventually }
