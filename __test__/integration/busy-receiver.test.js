'use strict'

const path = require('node:path')
const { fork } = require('node:child_process')
const { once } = require('node:events')
const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { useNodes } = require('../support/nodes')

/** How long JavaScript is blocked, and how long it is slower than its input, in milliseconds. */
const BLOCKED_MS = 10000
const SLOW_MS = 1000 * Number(process.env.SLOW_SECONDS ?? 10)

jest.setTimeout(SLOW_MS * 3 + 180000)

const MIB = 1024 * 1024
/** What may wait in a receiver: the inbox, librdkafka's read-ahead (queued.max.messages.kbytes), and a record of each. */
const INBOX_BYTES = 4 * MIB
const READ_AHEAD_BYTES = 8 * MIB
/** What else may grow: records that a poll has taken out, a fetch response, JavaScript's heap, the allocator's fragments. */
const NOISE_BYTES = 28 * MIB

/** What is published in each of 200 ticks a second: 6 MB a second, much more than may wait. */
const TICK_MS = 5
const PER_TICK = 30
const TEXT = 'x'.repeat(1000)
/** How long one message takes the slow receiver: it gets one of nine in time. */
const SLOW_US = 1500
/** How long a message may take to those that are not busy, on a busy machine, in milliseconds. */
const LATE_MS = 3000
/** What has waited may take so long on a busy machine. */
const PATIENCE_MS = SLOW_MS * 2 + 60000

const broker = useBroker()

const nodes = useNodes(broker)
let child
afterEach(() => child?.kill('SIGKILL'))

async function startBusy() {
  const { connectionString, topic } = nodes
  const kafka = { 'queued.max.messages.kbytes': READ_AHEAD_BYTES / 1024 }
  const options = { connectionString, topic, inboxBytes: INBOX_BYTES, kafka }
  // JavaScript's own memory is to grow little, so that what waits shows.
  const execArgv = ['--no-warnings', '--max-semi-space-size=2']
  const file = path.join(__dirname, '..', 'support', 'blocked-receiver.js')
  child = fork(file, [JSON.stringify(options)], { execArgv })
  await once(child, 'message')
}

/** @returns {Promise<object>} the child's answer */
async function order(...words) {
  const answer = once(child, 'message')
  child.send(words)
  return (await answer)[0]
}

/**
 * @param {string} title
 * @param {(behind: () => Promise<number>) => Promise<void>} work what happens to the busy receiver under load; behind() tells how
 *   many messages it does not have yet
 */
async function underLoad(title, work) {
  const [sender, other] = await nodes.start(2)
  await startBusy()
  let lateMs = 0
  let count = 0
  let arrived = 0
  other.subscribe('E', ({ number, atMs }) => {
    if (number === arrived) arrived++
    lateMs = Math.max(lateMs, performance.now() - atMs)
  })
  const timer = setInterval(() => {
    for (let n = 0; n < PER_TICK; n++) {
      sender.publish('E', { number: count++, atMs: performance.now(), text: TEXT })
    }
  }, TICK_MS)
  const behind = async () => count - (await order('look')).count
  let before
  try {
    // What is made at first and kept, such as code and heap, is no growth.
    await eventually(async () => (await order('look')).count > 20000, { timeoutMs: 60000 })
    await order('reset')
    lateMs = 0
    before = await order('look')
    await work(behind)
  } finally {
    clearInterval(timer)
  }
  await eventually(() => arrived === count, { message: 'the others to have everything' })
  await eventually(async () => (await behind()) === 0, {
    timeoutMs: PATIENCE_MS,
    message: 'the busy one to have everything'
  })
  const seen = await order('look')
  const grownBytes = seen.peakBytes - before.peakBytes
  if (process.env.SLOW_SECONDS) {
    const figures = { title, count, grownMiB: grownBytes / MIB, lateMs }
    process.stderr.write(`${JSON.stringify(figures)}\n`)
  }
  // Nothing lost, doubled or out of order, and nothing told.
  expect(seen.firstWrong).toBeUndefined()
  expect(seen.errors).toEqual([])
  expect(grownBytes).toBeLessThan(INBOX_BYTES + READ_AHEAD_BYTES + NOISE_BYTES)
  expect(lateMs).toBeLessThan(LATE_MS)
}

test('a receiver whose JavaScript is blocked for 10 s loses nothing, keeps its memory, and harms no other', async () => {
  await underLoad('blocked', () => order('block', BLOCKED_MS))
})

test('a receiver that is slower than its input loses nothing, keeps its memory, and harms no other', async () => {
  await underLoad('slow', async (behind) => {
    await order('slow', SLOW_US)
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
    // It is slow indeed: more waits than it may hold.
    const isBehind = async () => (await behind()) * TEXT.length > INBOX_BYTES + READ_AHEAD_BYTES
    await eventually(isBehind, { timeoutMs: PATIENCE_MS, message: 'more to wait than it may hold' })
    // As fast as it can again.
    await order('slow', 0)
  })
})
