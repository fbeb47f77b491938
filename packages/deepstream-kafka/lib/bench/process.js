'use strict'

/** What runs in a process of the bench: a connector that sends numbered messages, and checks those of the other one. */

const MessageConnector = require('deepstream.io-msg-kafka')
const { quantile } = require('../quantile')

const TOPIC = 'bench'
/** Time between two bursts of a steady rate. */
const TICK_MS = 2
/** At full speed so many messages are published in one go, as long as fewer than this wait to be stored. */
const BURST = 256
const MAX_WAITING = 50000
/** Messages that have not arrived after this time do not arrive. */
const PATIENCE_MS = 30000

let connector
let next = 0
let expected = 0
let arrived = { count: 0 }

/** What the command can ask for. */
const TASKS = {
  start: () => new Promise((resolve) => connector.once('ready', resolve)),

  expect() {
    arrived = { count: 0, delays: [], cpuFrom: process.cpuUsage() }
  },

  async send({ rate, seconds, messageBytes }) {
    const text = 'x'.repeat(Math.max(0, messageBytes - sizeOf()))
    const [begin, cpuFrom, first] = [performance.now(), process.cpuUsage(), next]
    const end = begin + seconds * 1000
    while (performance.now() < end) {
      const elapsed = performance.now() - begin
      const due = rate === null ? next - first + room() : Math.floor((elapsed * rate) / 1000)
      while (next - first < due) connector.publish(TOPIC, { n: next++, at: now(), text })
      await pause(rate === null ? 0 : TICK_MS)
    }
    return { count: next - first, cpu: share(cpuFrom, performance.now() - begin) }
  },

  async arrived({ count }) {
    const deadline = performance.now() + PATIENCE_MS
    while (arrived.count < count && performance.now() < deadline) await pause(5)
    if (arrived.count < count)
      throw new Error(
        `${count - arrived.count} of ${count} messages did not arrive within ${PATIENCE_MS / 1000} s.`
      )
    const delays = arrived.delays.sort((a, b) => a - b)
    const ms = Math.max(arrived.lastAt - arrived.firstAt, 1)
    return {
      messages: count,
      ms,
      p50Ms: quantile(delays, 0.5),
      p99Ms: quantile(delays, 0.99),
      cpu: share(arrived.cpuFrom, ms)
    }
  },

  finish() {
    const { received, receivedBytes } = connector.stats()
    return { bytesPerMessage: receivedBytes / received }
  }
}

function receive({ n, at }) {
  if (n !== expected) return fail(`Message ${n} arrived where ${expected} was expected.`)
  expected++
  const time = now()
  arrived.firstAt ??= time
  arrived.lastAt = time
  arrived.count++
  arrived.delays.push(time - at)
}

/** @returns {number} milliseconds by a clock that all processes of a machine share */
function now() {
  return Number(process.hrtime.bigint()) / 1e6
}

/** What is around the text of a message as JSON. */
function sizeOf() {
  return JSON.stringify({ n: 1000000, at: now(), text: '' }).length
}

function room() {
  return connector.stats().undelivered < MAX_WAITING ? BURST : 0
}

function share(from, ms) {
  const { user, system } = process.cpuUsage(from)
  return (user + system) / 1000 / ms
}

function pause(ms) {
  return new Promise((resolve) => (ms > 0 ? setTimeout(resolve, ms) : setImmediate(resolve)))
}

function fail(fault) {
  process.send({ fault })
}

process.on('message', async ({ options, name, argument }) => {
  try {
    if (options) {
      connector = new MessageConnector({ ...options, createTopic: false })
      connector.on('error', ({ code, message }) => fail(`${code}: ${message}`))
      connector.subscribe(TOPIC, receive)
    } else process.send({ value: await TASKS[name](argument) })
  } catch (error) {
    fail(error.message)
  }
})
// Ctrl-C reaches all processes of a terminal; the command ends this one.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
