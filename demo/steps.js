'use strict'

const { isDeepStrictEqual } = require('node:util')
const { call, openRecord, settled } = require('../harness/deepstream/verbs')
const { eventually } = require('../harness/eventually')
const { fact, heading, milliseconds, passed, table } = require('./terminal')

const REPETITIONS = 100

/** The counters worth a newcomer's look; docs and index.d.ts have them all. */
const COUNTERS = [
  ['published', 'messages sent to Kafka'],
  ['received', 'messages read from Kafka, its own too'],
  ['delivered', 'handed on to deepstream'],
  ['filteredOwn', 'its own, which it does not need to hear'],
  ['publishFailed', 'not accepted by Kafka'],
  ['missed', 'gone before they were read'],
  ['disconnects', 'times that Kafka was out of reach']
]

/**
 * An event that client A emits reaches client B.
 *
 * @param {object} a client of server A
 * @param {object} b client of server B
 * @throws {Error} when it does not arrive, or not as it was sent
 */
async function showEvent(a, b) {
  heading('An event: A emits it, B has subscribed to it')
  let arrived
  b.event.subscribe('greeting', (data) => arrived(data))
  await settled(b)

  const emit = (data) =>
    timed(async () => {
      const arrival = new Promise((resolve) => (arrived = resolve))
      a.event.emit('greeting', data)
      expectSame(await inTime(arrival, 'the event to arrive'), data)
    })

  const greeting = { text: 'Hello from A 👋' }
  passed('A -> B', `greeting ${JSON.stringify(greeting)}`, await emit(greeting))
  await repeat('events', emit)
  b.event.unsubscribe('greeting')
}

/**
 * A record that both clients have open is the same for both, whoever changes it.
 *
 * @param {object} a
 * @param {object} b
 * @throws {Error} when a change does not show at the other client
 */
async function showRecord(a, b) {
  heading('A record: both have it open, each change shows at the other')
  const [mine, theirs] = await Promise.all([openRecord(a, 'weather'), openRecord(b, 'weather')])

  const change = (from, to, path, value) =>
    timed(async () => {
      const changed = new Promise((resolve) => to.subscribe(path, resolve))
      from.set(path, value)
      expectSame(await inTime(changed, 'the change to arrive'), value)
    })

  passed('A -> B', 'A sets city to "Zürich"', await change(mine, theirs, 'city', 'Zürich'))
  passed('B -> A', 'B sets degrees to 21.5', await change(theirs, mine, 'degrees', 21.5))

  const expected = { city: 'Zürich', degrees: 21.5 }
  await eventually(() => [mine, theirs].every((each) => isDeepStrictEqual(each.get(), expected)), {
    message: `the record to be ${JSON.stringify(expected)} for both`
  })
  fact('both see', JSON.stringify(mine.get()))
}

/**
 * A procedure that client B provides is called by client A.
 *
 * @param {object} a
 * @param {object} b
 * @param {import('../harness/deepstream/server-process').ServerProcess} serverA
 * @throws {Error} when the answer does not come, or is wrong
 */
async function showCall(a, b, serverA) {
  heading('A remote procedure call: A calls, B answers')
  b.rpc.provide('double', (number, response) => response.send(2 * number))
  await eventually(async () => (await serverA.serversWith('rpc', 'double')).length > 0, {
    message: 'server A to know that server B provides the procedure'
  })

  const double = (number) =>
    timed(async () => {
      expectSame(await inTime(call(a, 'double', number), 'the answer'), 2 * number)
    })

  passed('A -> B', 'double(21) = 42, there and back', await double(21))
  await repeat('calls', double)
}

/**
 * What the plugins that connect the two servers have counted.
 *
 * @param {import('../harness/deepstream/server-process').ServerProcess[]} servers
 * @param {string} plugins what they are called
 * @throws {Error} when one of them has lost something
 */
async function showStats(servers, plugins) {
  heading(`What the two ${plugins} have counted: their stats()`)
  const stats = await Promise.all(servers.map((server) => server.stats()))
  table(
    servers.map((server) => server.name),
    COUNTERS.map(([name, meaning]) => [name, ...stats.map((each) => each[name]), meaning])
  )
  for (const { publishFailed, missed, published, delivered } of stats) {
    if (publishFailed > 0 || missed > 0) throw new Error('A message got lost')
    if (!(published > 0 && delivered > 0)) throw new Error('Nothing went over the message bus')
  }
}

/** Does something again and again, and shows its median time. */
async function repeat(what, action) {
  const times = []
  for (let n = 0; n < REPETITIONS; n++) times.push(await action(n))
  times.sort((x, y) => x - y)
  fact(`${REPETITIONS} more ${what}`, `median ${milliseconds(times[REPETITIONS / 2]).trim()}`)
}

/** @returns {Promise<number>} how long it took, in ms */
async function timed(action) {
  const start = performance.now()
  await action()
  return performance.now() - start
}

function inTime(promise, what) {
  return eventually(async () => ({ value: await promise }), { message: what }).then(
    ({ value }) => value
  )
}

function expectSame(actual, expected) {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`${JSON.stringify(actual)} arrived instead of ${JSON.stringify(expected)}`)
  }
}

module.exports = { showEvent, showRecord, showCall, showStats }
