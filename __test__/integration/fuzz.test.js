'use strict'

const path = require('node:path')
const { randomInt } = require('node:crypto')
const { KafkaCluster } = require('../../harness/kafka')
const { Child } = require('../support/child')
const { ForeignClient } = require('../support/foreign-client')
const { Fuzzer } = require('../support/fuzz/fuzzer')
const { unique } = require('../support/nodes')

const RECEIVER = path.join(__dirname, '..', 'support', 'fuzz', 'receiver.js')

/** How many mutated records; `npm run fuzz` takes a million. */
const COUNT = Number(process.env.FUZZ_RECORDS || 20000)
const SEED = Number(process.env.FUZZ_SEED || randomInt(2 ** 32))

/** Mutated records that are written at once. */
const CHUNK = 500

/** Ten times as long as usual, in milliseconds. */
const PATIENCE_MS = 120000 + COUNT * 3

jest.setTimeout(PATIENCE_MS)

const broker = { connectionString: '', cluster: undefined }
let foreign, receiver
beforeAll(async () => {
  broker.cluster = await KafkaCluster.start()
  broker.connectionString = broker.cluster.connectionString
}, 180000)
afterAll(() => broker.cluster?.stop())
afterEach(async () => {
  await receiver?.end()
  await foreign?.close()
})

/** @returns {Promise<string>} the name of a node in a process of its own, which is ready */
async function startReceiver() {
  const topic = unique('fuzz')
  const name = 'receiver'
  const options = { connectionString: broker.connectionString, topic }
  receiver = new Child([RECEIVER], { OPTIONS: JSON.stringify(options), NAME: name })
  foreign = new ForeignClient(broker.connectionString, topic)
  await receiver.said('ready')
  return name
}

/** @returns {Promise<object>} what the receiver reports when it has read the last record */
async function report() {
  const line = await receiver.said(/^report /, PATIENCE_MS)
  expect(await receiver.ended()).toBe(0)
  return JSON.parse(line.slice('report '.length))
}

test('mutated records harm no valid ones, and nothing is delivered that nobody wrote', async () => {
  // At once, so that a run that hangs can be repeated as well.
  process.stderr.write(`FUZZ_SEED=${SEED} FUZZ_RECORDS=${COUNT}\n`)
  const fuzzer = new Fuzzer(SEED, await startReceiver())
  const start = performance.now()
  for (let left = COUNT; left > 0; left -= CHUNK) {
    await foreign.write(fuzzer.records(Math.min(left, CHUNK)))
  }
  await foreign.write([fuzzer.end()])
  const { mostMb, codes, ...found } = await report()
  const seconds = Math.round((performance.now() - start) / 1000)
  const figures = { seconds, mostMb, living: found.living, others: found.others, ...codes }
  process.stderr.write(`${JSON.stringify(figures)}\n`)
  expect(found).toMatchObject({ violations: 0, shown: [], living: fuzzer.expected })
  expect(mostMb).toBeLessThan(500)
})
