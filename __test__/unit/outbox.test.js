'use strict'

const { Outbox } = require('../../lib/outbox')

/** So many characters are handed over at once. */
const FULL = 256 * 1024

/** The end of the present tick, before any timer or socket gets its turn. */
const endOfTick = () => new Promise(process.nextTick)

/** @type {[unknown, string][]} what was handed over, in order: runs, parsed, and lines */
let calls
/** @type {Outbox} */
let outbox
beforeEach(() => {
  calls = []
  outbox = new Outbox((runs, lines) => calls.push([JSON.parse(runs), lines]))
})

describe('what one tick publishes', () => {
  test('is handed over in one call, at the end of the tick', async () => {
    outbox.add('E', '1')
    outbox.add('E', '"two"')
    expect(calls).toEqual([])
    await endOfTick()
    expect(calls).toEqual([[[['E', 2]], '1\n"two"']])
  })

  test('crosses in one call whatever channels and addressees it mixes, in order', async () => {
    outbox.add('E', '1')
    outbox.add('R', '2')
    outbox.add('E', '3')
    outbox.add('E', '4', 'node-2')
    outbox.add('E', '5', 'node-2')
    outbox.add('R', '6', 'node-2')
    outbox.add('R', '7', 'node-3')
    outbox.add('R', '8')
    await endOfTick()
    const runs = [
      ['E', 1],
      ['R', 1],
      ['E', 1],
      ['E', 2, 'node-2'],
      ['R', 1, 'node-2'],
      ['R', 1, 'node-3'],
      ['R', 1]
    ]
    expect(calls).toEqual([[runs, '1\n2\n3\n4\n5\n6\n7\n8']])
  })

  test('is one call however many messages it has', async () => {
    for (let n = 0; n < 10000; n++) outbox.add(n % 2 ? 'E' : 'R', String(n))
    await endOfTick()
    expect(calls).toHaveLength(1)
    const [[runs, lines]] = calls
    expect(runs).toHaveLength(10000)
    expect(lines.split('\n')).toEqual(Array.from({ length: 10000 }, (_, n) => String(n)))
  })

  test('does not wait for the next tick, however busy the one before was', async () => {
    const text = JSON.stringify('x'.repeat(100 * 1024))
    for (let tick = 1; tick <= 5; tick++) {
      outbox.add('E', text)
      outbox.add('R', text)
      await endOfTick()
      expect(calls).toHaveLength(tick)
      await new Promise(setImmediate)
    }
  })

  test('and what its microtasks publish come in the order in which they were published', async () => {
    outbox.add('E', '1')
    await Promise.resolve().then(() => outbox.add('E', '2'))
    await endOfTick()
    await endOfTick()
    expect(calls.map(([, lines]) => lines).join('\n')).toBe('1\n2')
  })
})

describe('runs', () => {
  test('are written as records have them, without any space', () => {
    const texts = []
    const raw = new Outbox((runs, lines) => texts.push(runs, lines))
    raw.add('E', '1')
    raw.add('PRIVATE/"b"\n', '2', 'b\\')
    raw.flush()
    expect(texts).toEqual(['[["E",1],["PRIVATE/\\"b\\"\\n",1,"b\\\\"]]', '1\n2'])
  })

  test('tell a message to nobody from one to a node without a name', () => {
    outbox.add('', '1')
    outbox.add('', '2', '')
    outbox.flush()
    const runs = [
      ['', 1],
      ['', 1, '']
    ]
    expect(calls).toEqual([[runs, '1\n2']])
  })

  test('do not go on from those of the hand-over before', () => {
    outbox.add('E', '1', 'a')
    outbox.flush()
    outbox.add('E', '2', 'a')
    outbox.flush()
    expect(calls).toEqual([
      [[['E', 1, 'a']], '1'],
      [[['E', 1, 'a']], '2']
    ])
  })

  // The engine refuses runs that are not well-formed UTF-8, which would take the whole tick with them.
  test('have U+FFFD for each lone surrogate, and keep pairs', () => {
    const texts = []
    const raw = new Outbox((runs) => texts.push(runs))
    raw.add('\ud800x\udc00', '1', '\udfff😀')
    raw.add('\ud83d\ude00', '2', '\ude00\ud83d')
    raw.flush()
    expect(texts).toEqual(['[["\ufffdx\ufffd",1,"\ufffd😀"],["😀",1,"\ufffd\ufffd"]]'])
    expect(Buffer.from(texts[0]).toString()).toBe(texts[0])
  })

  test('of names that differ only in lone surrogates hold all their messages', () => {
    outbox.add('\ud800', '1')
    outbox.add('\udfff', '2')
    outbox.add('\ufffd', '3')
    outbox.flush()
    const [[runs, lines]] = calls
    expect(runs.map(([channel]) => channel)).toEqual(runs.map(() => '\ufffd'))
    expect(runs.reduce((sum, [, count]) => sum + count, 0)).toBe(3)
    expect(lines).toBe('1\n2\n3')
  })
})

test('undefined is an empty line, also alone and at either end', () => {
  outbox.add('E', undefined)
  outbox.add('E', '1')
  outbox.add('E', undefined)
  outbox.flush()
  outbox.add('E', undefined)
  outbox.flush()
  outbox.add('E', undefined)
  outbox.add('E', undefined)
  outbox.flush()
  expect(calls).toEqual([
    [[['E', 3]], '\n1\n'],
    [[['E', 1]], ''],
    [[['E', 2]], '\n']
  ])
})

describe('256 Ki characters', () => {
  /** A JSON text of that length. */
  const text = (length) => `"${'x'.repeat(length - 2)}"`

  test('are handed over within the tick, the rest at its end', async () => {
    outbox.add('E', text(FULL - 2))
    expect(calls).toEqual([])
    // A line break and one character more.
    outbox.add('E', '1')
    expect(calls).toEqual([[[['E', 2]], `${text(FULL - 2)}\n1`]])
    outbox.add('E', '2')
    expect(calls).toHaveLength(1)
    await endOfTick()
    expect(calls.slice(1)).toEqual([[[['E', 1]], '2']])
  })

  test('of one message go alone, and the next tick is handed over as any other', async () => {
    outbox.add('E', text(FULL))
    expect(calls).toHaveLength(1)
    await endOfTick()
    outbox.add('E', '1')
    await endOfTick()
    expect(calls.slice(1)).toEqual([[[['E', 1]], '1']])
  })

  test('again and again bound what a tick may gather, and lose and double nothing', async () => {
    const part = text(1000)
    for (let n = 0; n < 2000; n++) outbox.add('E', part)
    expect(calls.length).toBeGreaterThan(5)
    await endOfTick()
    for (const [runs, lines] of calls) {
      expect(lines.length).toBeLessThan(FULL + part.length + 1)
      expect(runs).toEqual([['E', lines.split('\n').length]])
    }
    expect(calls.reduce((sum, [[[, count]]]) => sum + count, 0)).toBe(2000)
  })
})

test('nothing is handed over twice, and nothing when there is nothing', async () => {
  outbox.flush()
  outbox.add('E', '1')
  outbox.flush()
  await endOfTick()
  outbox.flush()
  expect(calls).toHaveLength(1)
})

// What is thrown at the end of a tick ends the process unless somebody listens for uncaught exceptions.
test('a hand-over that throws is not repeated, and keeps none of the later ones back', () => {
  const ends = []
  jest.spyOn(process, 'nextTick').mockImplementation((end) => ends.push(end))
  const lines = []
  const failing = new Outbox((_, text) => {
    lines.push(text)
    if (text === '1') throw new Error('mine')
  })
  failing.add('E', '1')
  expect(ends.shift()).toThrow('mine')
  failing.add('E', '2')
  ends.shift()()
  jest.restoreAllMocks()
  expect(lines).toEqual(['1', '2'])
})
