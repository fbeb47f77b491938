'use strict'

const { Tap, readOptions } = require('../../lib/tools')
const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { ForeignClient } = require('../support/foreign-client')
const { useNodes, collect, filled } = require('../support/nodes')

jest.setTimeout(60000)

describe('a tap of the bus', () => {
  const broker = useBroker()
  const nodes = useNodes(broker)
  const taps = []
  afterEach(() => Promise.all(taps.splice(0).map((tap) => tap.close())))

  /** @returns {Promise<{tap: Tap, records: object[], skipped: number}>} when it reads */
  async function start(more = {}, beginning) {
    const { connectionString, topic } = nodes
    const tap = new Tap(readOptions({ connectionString, topic, ...more }), beginning)
    taps.push(tap)
    const heard = { tap, records: [], skipped: 0 }
    tap.on('records', (records) => heard.records.push(...records))
    tap.on('skipped', (messages) => (heard.skipped += messages))
    await new Promise((resolve, reject) => tap.once('ready', resolve).once('error', reject))
    return heard
  }

  const messages = ({ records }) =>
    records.flatMap(({ value }) =>
      value.split('\n').map((line) => (line ? JSON.parse(line) : undefined))
    )

  test('gets every message of every node, with what its record says, and says nothing itself', async () => {
    const [a, b] = await nodes.start(2)
    const heard = await start()
    const before = Date.now()
    const got = collect(b, 'E')
    a.publish('E', { text: 'grüezi "you"\n' })
    a.publish('E', undefined)
    await filled(got, 2)
    b.publish('R', [2])
    await eventually(() => messages(heard).some((message) => Array.isArray(message)))

    const [first] = heard.records
    expect(first).toMatchObject({
      sender: a.stats().sender,
      partition: 0,
      first: 0,
      host: expect.stringContaining(` ${process.pid}`),
      life: expect.stringMatching(/^[0-9a-f]{16}$/)
    })
    expect(first.runs[0]).toEqual(['E', expect.any(Number)])
    expect(first.bytes).toBe(Buffer.byteLength(first.value))
    expect(Math.abs(first.timestamp - before)).toBeLessThan(5000)
    expect(messages(heard).slice(0, 2)).toEqual([{ text: 'grüezi "you"\n' }, undefined])
    expect(messages(heard)).toContainEqual([2])
    expect(heard.records.map(({ offset }) => offset)).toEqual(
      heard.records.map((_, n) => first.offset + n)
    )
    // Neither node has heard anything of it.
    await eventually(() => a.stats().peers.length > 0)
    expect(a.stats().peers.map(({ sender }) => sender)).toEqual([b.stats().sender])
  })

  test('begins with the records of a time', async () => {
    const [a, b] = await nodes.start(2)
    const got = collect(b, 'E')
    a.publish('E', 'before')
    await filled(got, 1)
    // Kafka's time stamps have milliseconds.
    const since = Date.now() + 5
    await eventually(() => Date.now() > since)
    a.publish('E', 'after')
    await filled(got, 2)

    const all = await start({}, { since: since - 60000 })
    await eventually(() => messages(all).includes('after'))
    expect(messages(all)[0]).toBe('before')
    const some = await start({}, { since })
    await eventually(() => messages(some).includes('after'))
    expect(messages(some)[0]).toBe('after')
    const none = await start({}, { since: Date.now() + 60000 })
    a.publish('E', 'now')
    await eventually(() => messages(none).length > 0)
    expect(messages(none)[0]).toBe('now')
  })

  test('says of records that it cannot read what is wrong with them', async () => {
    await nodes.start(1)
    const heard = await start()
    const foreign = new ForeignClient(broker.connectionString, nodes.topic)
    await foreign.write([{ key: 'stranger', value: 'no message' }]).finally(() => foreign.close())
    await eventually(() => heard.records.length > 0)
    expect(heard.records[0]).toMatchObject({ sender: 'stranger', problem: 'invalid', bytes: 10 })
    nodes.takeErrors()
  })

  test('skips and counts what a slow listener has no room for', async () => {
    const [a, b] = await nodes.start(2)
    const heard = await start({ inboxBytes: 65536 })
    const count = 3000
    const got = collect(b, 'E')
    const text = 'x'.repeat(1000)
    for (let n = 0; n < count; n++) a.publish('E', { n, text })
    await new Promise(setImmediate)
    // This process does not listen while all of them are sent and read.
    const busyUntil = Date.now() + 1000
    while (Date.now() < busyUntil);
    await filled(got, count)
    // Nothing follows that could tell it.
    await eventually(() => messages(heard).length + heard.skipped === count)
    expect(heard.skipped).toBeGreaterThan(0)
    a.publish('E', 'still there')
    await eventually(() => messages(heard).includes('still there'))
  })

  test('closes while nothing can be reached, and waits for a topic that is not there without creating it', async () => {
    const tap = new Tap(readOptions({ connectionString: '127.0.0.1:1', topic: nodes.topic }))
    await tap.close()
    const { connectionString } = broker
    const topic = `${nodes.topic}-absent`
    const waiting = new Tap(readOptions({ connectionString, topic }))
    const [warning] = await new Promise((resolve) =>
      ['warning', 'error'].forEach((name) => waiting.once(name, (...args) => resolve(args)))
    )
    await waiting.close()
    expect(warning.code).toBe('ERR_KAFKA_TOPIC_MISSING')
  })
})
