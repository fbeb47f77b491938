'use strict'

const path = require('node:path')
const { fork } = require('node:child_process')
const { once } = require('node:events')
const { setTimeout: delay } = require('node:timers/promises')
const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { useNodes } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

// The broker is killed, which takes one that the harness starts itself.
delete process.env.KAFKA_BROKERS

/** How long there is no broker: long enough to fill the room for messages that wait several times. */
const OUTAGE_MS = 1000 * Number(process.env.OUTAGE_SECONDS ?? 20)

jest.setTimeout(OUTAGE_MS + 240000)

const MIB = 1024 * 1024
/** The room for messages that wait. */
const ROOM_BYTES = 32 * MIB
/** What else may grow meanwhile: JavaScript's heap, the allocator's fragments, the messages of one tick. */
const NOISE_BYTES = 24 * MIB

/** What is published in each of 200 ticks a second: 5 MB a second. */
const LOAD = { perTick: 25, padding: 1000, topics: ['E', 'R'] }
/** For the promise that publish() waits for nothing: much less than any time-out, more than a busy machine's hiccup. */
const HICCUP_MS = 1000
/** What has waited may take so long on a busy machine. */
const PATIENCE_MS = 120000

const broker = useBroker()

const nodes = useNodes(broker)
// That Kafka answers again is told as a warning.
useWarnings()
let child
afterEach(() => child?.kill('SIGKILL'))

/** @returns {Promise<any>} the child's answer */
async function ask(message) {
  const answer = once(child, 'message')
  child.send(message)
  return (await answer)[0]
}

/** @returns {number} how many messages an error says to have been dropped */
function droppedIn(message) {
  const [, many] = /so (?:a|(\d+)) messages? of \d+ bytes/.exec(message)
  return Number(many ?? 1)
}

test('no broker under load: memory stays bounded, publish() never blocks, the overflow is told, order is kept', async () => {
  const [receiver] = await nodes.start(1)
  const numbers = []
  let end = false
  for (const topic of LOAD.topics) {
    receiver.subscribe(topic, ({ number }) => {
      if (number < 0) end = true
      else numbers.push(number)
    })
  }
  const kbytes = ROOM_BYTES / 1024
  const { connectionString, topic } = nodes
  const options = { connectionString, topic, kafka: { 'queue.buffering.max.kbytes': kbytes } }
  const file = path.join(__dirname, '..', 'support', 'steady-publisher.js')
  child = fork(file, [JSON.stringify({ options, ...LOAD })], { execArgv: ['--no-warnings'] })
  await once(child, 'message')
  // What is made at first and kept, such as code and heap, is no growth.
  await eventually(() => numbers.length > 20000, { timeoutMs: 60000, message: 'a steady flow' })
  const before = await ask('look')

  const [kafka] = broker.cluster.brokers
  await kafka.kill()
  await delay(OUTAGE_MS)
  const atEnd = numbers.length
  await kafka.start()
  // By itself, while more is published.
  await eventually(() => numbers.length > atEnd + 50000, {
    timeoutMs: PATIENCE_MS,
    message: 'the flow again'
  })
  const seen = await ask('stop')
  await eventually(() => end, { timeoutMs: PATIENCE_MS, message: 'everything to arrive' })

  const full = seen.errors.filter(({ code }) => code === 'ERR_KAFKA_QUEUE_FULL')
  const pauses = full.slice(1).map(({ atMs }, n) => atMs - full[n].atMs)
  const grown = seen.peakBytes - before.usedBytes
  const { published, stats, longestPublishMs, longestDelayMs } = seen
  if (process.env.OUTAGE_SECONDS) {
    const figures = {
      published,
      dropped: stats.publishFailed,
      told: full.length,
      beforeMiB: before.usedBytes / MIB,
      grownMiB: grown / MIB,
      longestPublishMs,
      longestDelayMs,
      shortestPauseMs: Math.min(...pauses)
    }
    process.stderr.write(`${JSON.stringify(figures)}\n`)
  }

  expect(seen.thrown).toBeUndefined()
  expect(longestPublishMs).toBeLessThan(HICCUP_MS)
  expect(longestDelayMs).toBeLessThan(HICCUP_MS)
  // The room was used, and no more than that.
  expect(grown).toBeGreaterThan(ROOM_BYTES / 2)
  expect(grown).toBeLessThan(ROOM_BYTES + NOISE_BYTES)

  // Told when it begins and then once a second, with each message that was dropped.
  expect(full.length).toBeGreaterThan(3)
  expect(full.length).toBeLessThan(OUTAGE_MS / 1000 + 60)
  expect(Math.min(...pauses)).toBeGreaterThan(990 - longestDelayMs)
  const dropped = full.reduce((sum, { message }) => sum + droppedIn(message), 0)
  expect(dropped).toBe(stats.publishFailed)
  expect(dropped).toBeGreaterThan(1000)

  // What was not dropped arrived, once and in order, and nothing else was told than the outage.
  expect(numbers).toHaveLength(published - dropped)
  expect(numbers.findIndex((number, n) => n > 0 && number <= numbers[n - 1])).toBe(-1)
  // A broker that starts answers before it leads.
  const told = new Set([...seen.errors, ...nodes.takeErrors()].map(({ code }) => code))
  told.delete('ERR_KAFKA_LEADER_SILENT')
  expect([...told].sort()).toEqual(['ERR_KAFKA_DISCONNECTED', 'ERR_KAFKA_QUEUE_FULL'])
})
