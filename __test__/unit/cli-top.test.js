'use strict'

const { EventEmitter } = require('node:events')
const { number, counted, bytes, table } = require('../../packages/deepstream-kafka/lib/figures')
const { painter } = require('../../packages/deepstream-kafka/lib/paint')
const { widthOf } = require('../../packages/deepstream-kafka/lib/text')
const { screen } = require('../../packages/deepstream-kafka/lib/top/screen')
const { Terminal } = require('../../packages/deepstream-kafka/lib/top/terminal')
const { View } = require('../../packages/deepstream-kafka/lib/top/view')

const NOW = Date.UTC(2026, 0, 31, 12)
const plain = painter({ isTTY: false })

/** A bus of which records come, and time passes. */
class Bus {
  now = NOW
  view = new View(NOW)

  /** @returns {Bus} itself; a record of so many messages from this number on */
  record(sender, life, first, count, more = {}) {
    const { delayMs = 3, channel = '4', bytes = 100 * count, ...rest } = more
    const timestamp = this.now - delayMs
    const value = '{}\n'.repeat(count).trimEnd()
    const runs = [[channel, count]]
    this.view.note({ timestamp, bytes, sender, life, first, runs, value, ...rest }, this.now)
    return this
  }

  take(afterMs = 1000) {
    this.now += afterMs
    return this.view.take(this.now)
  }

  node(sender = 'a') {
    return this.take().nodes.find((node) => node.sender === sender)
  }
}

describe('a view of the bus', () => {
  test('says what each node sends, and of which topics, since it was asked last', () => {
    const bus = new Bus()
    bus.record('a', 'l1', 7, 10).record('a', 'l1', 17, 20, { channel: '5' })
    bus.record('b', 'm1', 0, 10, { host: 'srv 4711' })
    expect(bus.take(2000)).toMatchObject({
      seconds: 2,
      messagesPerSecond: 20,
      bytesPerSecond: 2000,
      nodes: [
        { sender: 'a', life: 'l1', hosts: [], messagesPerSecond: 15, lastSeen: NOW, lost: 0 },
        { sender: 'b', life: 'm1', hosts: ['srv 4711'], messagesPerSecond: 5, duplicates: 0 }
      ],
      topics: [
        { topic: 'EVENT', messagesPerSecond: 10, share: 0.5 },
        { topic: 'RECORD', messagesPerSecond: 10, share: 0.5 }
      ],
      clocks: []
    })
    expect(bus.take()).toMatchObject({ messagesPerSecond: 0, topics: [], delayMs: null })
    expect(bus.take(60000).nodes).toEqual([])
  })

  test('counts what is lost by the gaps in the numbers, and what comes again', () => {
    const bus = new Bus()
    bus.record('a', 'l1', 100, 10).record('a', 'l1', 115, 5).record('a', 'l1', 115, 5)
    bus.record('a', 'l1', 118, 4)
    expect(bus.node()).toMatchObject({ lost: 5, duplicates: 7 })
  })

  test('takes what was not read here for no loss', () => {
    const bus = new Bus()
    bus.record('a', 'l1', 0, 10)
    bus.view.skip(90)
    bus.record('a', 'l1', 100, 10).record('a', 'l1', 112, 1)
    expect(bus.node()).toMatchObject({ lost: 2 })
    expect(bus.take()).toMatchObject({ skipped: 90 })
  })

  test('tells a node that was started again, with late copies, from two with one name', () => {
    const bus = new Bus()
    bus.record('a', 'l1', 0, 10).record('a', 'l2', 0, 5).record('a', 'l1', 5, 5)
    bus.record('a', 'l2', 5, 5)
    expect(bus.node()).toMatchObject({ life: 'l2', isDoubled: false, lost: 0 })
    // Once may also be a late copy of a life that ended before it was heard.
    bus.record('a', 'l1', 10, 1, { host: 'srv-1 1' })
    expect(bus.node()).toMatchObject({ isDoubled: false })
    bus.record('a', 'l2', 10, 1, { host: 'srv-2 2' })
    bus.record('a', 'l1', 11, 1)
    expect(bus.node()).toMatchObject({ isDoubled: true, hosts: ['srv-1 1', 'srv-2 2'] })
    bus.now += 30000
    expect(bus.node()).toMatchObject({ isDoubled: false })
  })

  test('calls a node of deepstream 3 and before by the name that it says', () => {
    const bus = new Bus()
    const status = { topic: 'CL', action: 'ST', data: [{ serverName: 'server-1' }] }
    bus.record('x-CLkQMub7', 'l1', 0, 1, { channel: 'CL', value: JSON.stringify(status) })
    expect(bus.node('x-CLkQMub7')).toMatchObject({ name: 'server-1' })
  })

  test('measures how long records took, and says whose clock that speaks against', () => {
    const bus = new Bus()
    for (let ms = 1; ms <= 100; ms++) bus.record('a', 'l1', ms, 1, { delayMs: ms })
    expect(bus.take()).toMatchObject({ delayMs: { p50: 50, p99: 99 }, clocks: [] })
    bus.record('a', 'l1', 101, 1, { delayMs: 4 })
    bus.record('b', 'm1', 0, 1, { delayMs: -500 }).record('c', 'n1', 0, 1, { delayMs: 2004 })
    expect(bus.take().clocks).toEqual([
      { sender: 'b', aheadMs: 500 },
      { sender: 'c', aheadMs: -2004 + 0 }
    ])
  })

  test('counts records that it cannot read', () => {
    const bus = new Bus()
    bus.view.note({ sender: 'a', problem: 'invalid' }, NOW)
    expect(bus.take()).toMatchObject({ unreadable: 1, nodes: [] })
  })
})

describe('the screen', () => {
  const busy = () => {
    const bus = new Bus()
    for (let n = 0; n < 30; n++)
      bus.record(`server-${n}`, `81d07f7cc88bd2e${n}`, 0, 1000 - n, { channel: `t${n}` })
    return bus
  }
  const shown = (bus, size, more) =>
    screen({ topic: 'deepstream-cluster', ...bus.take(), ...more }, plain, size)

  test('shows all of it where there is no terminal', () => {
    const bus = new Bus()
    bus.record('server-1', '81d07f7cc88bd2ea', 0, 1234, { host: 'srv 4711' })
    const lines = shown(bus, undefined, { roundTripMs: 1.24 })
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:01 {2}deepstream-cluster: 1 node, 1,234 messages\/s, 123 kB\/s$/
    )
    expect(lines.slice(1)).toEqual([
      'broker round trip 1.2 ms, delay from server to server p50 3.0 ms, p99 3.0 ms',
      '',
      'node       host       life       messages/s    bytes/s        seen   lost',
      'server-1   srv 4711   81d07f7c        1,234   123 kB/s   1.0 s ago      0',
      '',
      'deepstream topic   messages/s   share',
      'EVENT                   1,234   100 %   ####################'
    ])
  })

  test.each([
    [80, 24],
    [40, 12],
    [10, 5],
    [200, 60]
  ])('fits into a terminal of %i columns and %i rows', (columns, rows) => {
    const lines = shown(busy(), { columns, rows }, { trouble: 'x'.repeat(300) })
    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
    if (rows === 24) expect(lines.filter((line) => /^… and \d+ more/.test(line))).toHaveLength(2)
  })

  test('says what is wrong', () => {
    const bus = new Bus()
    for (const n of [0, 1, 2, 3])
      bus.record('a', `l${n % 2}`, n, 1, { host: `srv-${n % 2} 1`, delayMs: -77 })
    bus.view.skip(5)
    bus.view.note({ problem: 'newer' }, NOW)
    const said = shown(bus, undefined, { roundTripError: 'ERR_KAFKA_X: no' }).join('\n')
    expect(said).toContain('Two servers have the name a: srv-0 1 and srv-1 1.')
    expect(said).toContain('The clock of a is 77 ms ahead of the others')
    expect(said).toContain('The broker does not answer: ERR_KAFKA_X: no')
    expect(said).toContain('5 messages skipped here')
    expect(said).toContain('1 record cannot be read')
  })

  test('obeys no name', () => {
    const bus = new Bus().record('a\u001b[2J', 'l1', 0, 1, { host: '\u0007', channel: '\u009b' })
    expect(shown(bus, { columns: 80, rows: 24 }).join('')).not.toMatch(/\p{Cc}/u)
  })
})

describe('the terminal', () => {
  const open = () => {
    const output = Object.assign(new EventEmitter(), { columns: 80, rows: 24, written: '' })
    output.write = (text) => (output.written += text)
    const input = Object.assign(new EventEmitter(), { isTTY: true, pause() {} })
    input.setRawMode = (isRaw) => (input.isRaw = isRaw)
    return { output, input, terminal: new Terminal(output, input) }
  }

  test('is left as it was, also if the process just ends', () => {
    for (const end of [(terminal) => terminal.close(), () => process.listeners('exit').at(-1)()]) {
      const { output, input, terminal } = open()
      expect(output.written).toBe('\u001b[?1049h\u001b[?25l')
      expect(input.isRaw).toBe(true)
      end(terminal)
      expect(output.written).toMatch(/\u001b\[\?25h\u001b\[\?1049l$/) // eslint-disable-line no-control-regex
      expect(input.isRaw).toBe(false)
    }
  })

  test.each(['q', 'Q', '\u0003'])('quits with %j', (key) => {
    const { input, terminal } = open()
    let quits = 0
    terminal.on('quit', () => quits++)
    input.emit('data', Buffer.from('x'))
    expect(quits).toBe(0)
    input.emit('data', Buffer.from(key))
    expect(quits).toBe(1)
    terminal.close()
  })

  test('tells when it is another size', () => {
    const { output, terminal } = open()
    let size
    terminal.on('resize', () => (size = terminal.size))
    output.columns = 40
    output.emit('resize')
    expect(size).toEqual({ columns: 40, rows: 24 })
    terminal.close()
  })
})

test('figures are short', () => {
  expect([0, 0.44, 9.94, 9.96, 12345.6].map(number)).toEqual(['0', '0.4', '9.9', '10', '12,346'])
  expect([0, 1, 1234].map((count) => counted(count))).toEqual([
    '0 messages',
    '1 message',
    '1,234 messages'
  ])
  expect([0, 999, 1000, 123456, 2.5e9].map(bytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '123 kB',
    '2.5 GB'
  ])
  expect(
    table(
      [
        ['a', 'b'],
        ['東京', '1']
      ],
      'lr'
    )
  ).toEqual(['a      b', '東京   1'])
})
