'use strict'

const { Writable } = require('node:stream')
const { eachEntry } = require('../../packages/deepstream-kafka/lib/tail/entries')
const { Filter } = require('../../packages/deepstream-kafka/lib/tail/filter')
const { JsonLines } = require('../../packages/deepstream-kafka/lib/tail/json-lines')
const { Lines } = require('../../packages/deepstream-kafka/lib/tail/line')
const { Output } = require('../../packages/deepstream-kafka/lib/tail/output')
const { readSince } = require('../../packages/deepstream-kafka/lib/tail/since')
const { painter } = require('../../packages/deepstream-kafka/lib/paint')
const { visible, widthOf, cut, padded } = require('../../packages/deepstream-kafka/lib/text')

const PLACE = { timestamp: Date.UTC(2026, 0, 31, 12, 0, 0, 7), partition: 0, offset: 5, bytes: 10 }
const plain = painter({ isTTY: false })

/** @returns {object} a record with these messages: [channel, message, addressee] */
function recordOf(messages, sender = 'node-1-CLkQMub7') {
  return {
    ...PLACE,
    sender,
    life: '81d07f7cc88bd2ea',
    first: 10,
    runs: messages.map(([channel, , addressee]) => [channel, 1, ...(addressee ? [addressee] : [])]),
    value: messages.map(([, message]) => JSON.stringify(message)).join('\n')
  }
}

const event = (name, data) => ['4', { topic: 4, action: 2, name, ...(data && { data }) }]

function entriesOf(record, wanted) {
  const entries = []
  eachEntry(record, new Filter(wanted), (entry) => entries.push(entry))
  return entries
}

describe('a record', () => {
  const record = {
    ...recordOf([]),
    runs: [
      ['4', 2],
      ['9', 1, 'server-2'],
      ['x', 2]
    ],
    value:
      '{"topic":4,"action":2,"name":"a"}\n{"topic":4,"action":2,"name":"b"}\n{"topic":9,"action":2}\n\n[1]'
  }

  test('gives its messages with number, topic and addressee', () => {
    const entries = entriesOf(record)
    expect(
      entries.map(({ number, addressee, json, decoded }) => [
        number,
        addressee,
        json,
        decoded.topic
      ])
    ).toEqual([
      [10, undefined, '{"topic":4,"action":2,"name":"a"}', 'EVENT'],
      [11, undefined, '{"topic":4,"action":2,"name":"b"}', 'EVENT'],
      [12, 'server-2', '{"topic":9,"action":2}', 'CLUSTER'],
      [13, undefined, '', 'x'],
      [14, undefined, '[1]', 'x']
    ])
  })

  test('keeps the numbers of its messages when some are not wanted', () => {
    expect(entriesOf(record, { deepstreamTopic: ['cluster'] }).map(({ number }) => number)).toEqual(
      [12]
    )
  })
})

describe('a filter', () => {
  const record = recordOf([
    event('news', '"hello"'),
    ['E', { topic: 'E', action: 'EVT', data: ['old', 'O{"text":"grüezi"}'] }],
    ['9', { topic: 9, action: 2, serverName: 'node-1' }, 'server-2'],
    ['PRIVATE/server-3', { topic: 'PRIVATE/server-3', action: 'REQ', data: ['add', 'c', 'O{}'] }]
  ])
  const namesBy = (wanted) => entriesOf(record, wanted).map(({ decoded }) => decoded.name)

  test.each([
    [{}, ['news', 'old', 'node-1', 'add']],
    [{ node: ['node-1'] }, ['news', 'old', 'node-1', 'add']],
    [{ node: ['node-1-CLkQMub7'] }, ['news', 'old', 'node-1', 'add']],
    [{ node: ['node'] }, []],
    [{ node: ['server-2'] }, ['node-1']],
    [{ node: ['server-3', 'server-2'] }, ['node-1', 'add']],
    [{ deepstreamTopic: ['event'] }, ['news', 'old']],
    [{ deepstreamTopic: ['EVENT'], action: ['emit'] }, ['news']],
    [{ deepstreamTopic: ['4'] }, ['news']],
    [{ deepstreamTopic: ['E', 'RPC'] }, ['old', 'add']],
    [{ action: ['2'] }, ['news', 'node-1']],
    [{ action: ['EVT', 'request'] }, ['old', 'add']],
    [{ text: 'hell' }, ['news']],
    [{ text: '"hello"' }, ['news']],
    [{ text: '{"text":"grüezi"}' }, ['old']],
    [{ text: 'nowhere' }, []]
  ])('%j leaves these', (wanted, names) => {
    expect(namesBy(wanted)).toEqual(names)
  })

  test('leaves records that cannot be read if it is not about what they say', () => {
    expect(new Filter({}).wantsUnreadable('a')).toBe(true)
    expect(new Filter({ node: ['a'] }).wantsUnreadable('a')).toBe(true)
    expect(new Filter({ node: ['b'] }).wantsUnreadable('a')).toBe(false)
    expect(new Filter({ text: 'b' }).wantsUnreadable('a')).toBe(false)
  })
})

describe('a line', () => {
  const lineOf = (lines, ...message) => lines.message(entriesOf(recordOf([message]))[0])

  test('says when, who, what, in columns that stay', () => {
    const lines = new Lines(plain)
    expect(lineOf(lines, ...event('news', '{"a":1}'))).toMatch(
      /^\d\d:\d\d:00\.007 node-1-CLkQMub7 EVENT EMIT news {"a":1}$/
    )
    lineOf(lines, '9', { topic: 9, action: 2, serverName: 'a-longer-name' }, 'server-2')
    expect(lineOf(lines, ...event('x', '1')).slice(13)).toBe(
      'node-1-CLkQMub7            EVENT EMIT     x             1'
    )
  })

  test.each([5, 20, 40, 60, 80])('is not wider than a terminal of %i columns', (columns) => {
    const lines = new Lines(plain, () => columns)
    for (const payload of [
      '"x"'.repeat(100),
      '東京'.repeat(1000),
      '👩‍🚀'.repeat(50),
      '\u001b'.repeat(99)
    ]) {
      const line = lineOf(lines, ...event('zürich/東京', payload))
      expect(widthOf(line)).toBeLessThanOrEqual(columns)
      if (columns >= 60) expect(line).toMatch(/…$/)
    }
  })

  test('contains nothing that a terminal would obey, wherever it was', () => {
    const evil = 'a\u001b[2J\u009b31m\u202e\r\n\u0007'
    const record = recordOf([[evil, { action: evil, data: [evil, `S${evil}`] }, evil]], evil)
    for (const lines of [new Lines(plain), new JsonLines()]) {
      const line = lines.message(entriesOf(record)[0])
      expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
      expect(line).toContain('\\u009b31m\\u202e')
      const unreadable = lines.unreadable({ ...PLACE, sender: evil, problem: 'invalid' })
      expect(unreadable).not.toMatch(/[\p{Cc}\u202e]/u)
    }
  })

  test('is coloured for a terminal', () => {
    const lines = new Lines(painter({ isTTY: true }, {}), () => 80)
    expect(lineOf(lines, ...event('news', '1'))).toContain('\u001b[1mEVENT EMIT\u001b[0m')
  })
})

describe('a JSON line', () => {
  const parsed = (...message) =>
    JSON.parse(new JsonLines().message(entriesOf(recordOf([message]))[0]))

  test('has the message as it was sent', () => {
    const [entry] = entriesOf({
      ...recordOf([event('a')]),
      value: '{"topic":4,"action":2,"x":1.00,"y":67466144430000000001}'
    })
    expect(new JsonLines().message(entry)).toBe(
      '{"time":"2026-01-31T12:00:00.007Z","sender":"node-1-CLkQMub7","topic":"EVENT","action":"EMIT","name":"",' +
        '"partition":0,"offset":5,"number":10,"message":{"topic":4,"action":2,"x":1.00,"y":67466144430000000001}}'
    )
  })

  test('has the addressee if there is one, and no message if that is undefined', () => {
    expect(parsed('9', { topic: 9, action: 2 }, 'b').addressee).toBe('b')
    const [entry] = entriesOf({ ...recordOf([event('a')]), value: '' })
    expect(JSON.parse(new JsonLines().message(entry))).not.toHaveProperty('message')
  })

  test('stays JSON whatever the text of the message is', () => {
    for (const value of ['{"a":', '\t{"a":\r1}\t']) {
      const [entry] = entriesOf({ ...recordOf([event('a')]), value })
      const line = new JsonLines().message(entry)
      expect(line).not.toMatch(/\p{Cc}/u)
      expect(JSON.parse(line)).toMatchObject(
        value.includes('1') ? { message: { a: 1 } } : { text: value }
      )
    }
  })
})

describe('--since', () => {
  const now = Date.UTC(2026, 0, 31)

  test.each([
    ['30s', now - 30000],
    ['5m', now - 300000],
    ['1.5h', now - 5400000],
    ['2d', now - 172800000],
    ['2026-01-30T12:00:00Z', now - 43200000]
  ])('%s is a time', (text, time) => {
    expect(readSince(text, now)).toBe(time)
  })

  test.each(['', '5', 'm', '5 m', '-5m', '5w', 'yesterday', '2026-13-01'])('%j is none', (text) => {
    expect(() => readSince(text)).toThrow('--since takes how long ago')
  })
})

describe('the output', () => {
  const lines = { skipped: (messages) => `${messages} skipped` }

  /** @returns {{ output: Output, written: string[], goOn: () => void }} a stream that writes when it is told to */
  function slow() {
    const written = []
    const waiting = []
    const stream = new Writable({
      decodeStrings: false,
      write(text, _, done) {
        written.push(text)
        waiting.push(done)
      }
    })
    const goOn = () => waiting.splice(0).forEach((done) => done())
    return { output: new Output(stream, lines), written, goOn }
  }

  const show =
    (...shown) =>
    (take) =>
      shown.forEach(take)

  test('skips and counts what a slow reader has no room for, and says so in its place', async () => {
    const { output, written, goOn } = slow()
    output.write(show('a', 'b'.repeat(9 * 1024 * 1024)))
    output.write(show('c', 'd'))
    goOn()
    await new Promise(setImmediate)
    output.skip(1)
    output.write(show('e'))
    expect(written.slice(1)).toEqual(['3 skipped\ne\n'])
    expect(output).toMatchObject({ shown: 3, skipped: 3 })
  })

  test('says at the end what it has not said yet', () => {
    const { output, written } = slow()
    output.skip(2)
    output.end()
    expect(written).toEqual(['2 skipped\n'])
  })
})

test('widths are those of a terminal', () => {
  expect(['abc', 'zürich', '東京', 'e\u0301', '😀', ''].map(widthOf)).toEqual([3, 6, 4, 1, 2, 0])
  expect(['abcdef', '東京都', 'abc', 'a東京'].map((text) => cut(text, 4))).toEqual([
    'abc…',
    '東…',
    'abc',
    'a東…'
  ])
  expect(cut('abc', 0)).toBe('')
  expect(padded('東', 4)).toBe('東  ')
  expect(visible('a\u0000\u009f\ud800\u2028ü😀')).toBe('a\\u0000\\u009f\\ud800\\u2028ü😀')
})
