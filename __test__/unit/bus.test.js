'use strict'

const { FakeNative } = require('../support/fake-native')

jest.mock('../../lib/engine', () => ({ NativeBus: FakeNative }))
const { Bus } = require('../../lib/bus')

/** The engine's numbers of the channels E and R. */
const [E, R] = [69, 82]

const OPTIONS = { flushTimeoutMs: 1000 }
const tick = () => new Promise(setImmediate)

let face, bus, native, exitListeners
beforeEach(() => {
  // Only the timer that keeps the process alive.
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance'] })
  exitListeners = process.listenerCount('exit')
  face = { ready: jest.fn(), error: jest.fn(), warning: jest.fn(), closed: jest.fn() }
  face.deliver = (callback, message, sender) => callback(message, sender)
  bus = new Bus(OPTIONS, face)
  native = FakeNative.last
})
afterEach(() => {
  bus.close()
  native.bring([{ name: 'closed' }])
  jest.useRealTimers()
})

/** Expects that the bus does or does not hold the process: by a timer, and by its exit hook. */
function expectHolds({ timer, hook }) {
  expect([jest.getTimerCount(), process.listenerCount('exit') - exitListeners]).toEqual([
    timer ? 1 : 0,
    hook ? 1 : 0
  ])
}

/** Subscribes to a channel; fills with `[message, sender]`. */
function collect(channel) {
  const got = []
  bus.subscribe(channel, (message, sender) => got.push([message, sender]))
  return got
}

function become(state) {
  native.bring([{ name: state }])
}

describe('an engine that cannot be opened', () => {
  const failure = Object.assign(new Error('no thread'), { code: 'ERR_KAFKA_INTERNAL' })

  function failToOpen() {
    native.open.mockImplementationOnce(() => {
      throw failure
    })
    const expected = { code: 'ERR_KAFKA_INTERNAL', message: 'no thread', name: 'Kafka error' }
    expect(() => bus.open()).toThrow(expect.objectContaining(expected))
  }

  test('leaves the bus closed, and nothing that holds the process', async () => {
    failToOpen()
    expectHolds({ timer: false, hook: false })
    bus.publish('E', 1)
    await tick()
    expect(native.publish).not.toHaveBeenCalled()
    bus.close()
    await tick()
    expect(face.closed).toHaveBeenCalledTimes(1)
    expect(native.close).not.toHaveBeenCalled()
    expectHolds({ timer: false, hook: false })
  })

  // There is nobody to throw to, and whoever waits for 'close' must not wait for ever.
  test('again after close() leaves it closed, and tells so', async () => {
    bus.open()
    bus.close()
    bus.open()
    await tick()
    native.open.mockImplementationOnce(() => {
      throw failure
    })
    // What is thrown on.
    jest.spyOn(process, 'nextTick').mockImplementation(() => {})
    become('closed')
    jest.restoreAllMocks()
    expect(face.closed).toHaveBeenCalledTimes(1)
    expectHolds({ timer: false, hook: false })
    bus.open()
    expect(native.open).toHaveBeenCalledTimes(3)
    expectHolds({ timer: true, hook: true })
  })

  test('can be opened later', async () => {
    failToOpen()
    const got = collect('E')
    bus.open()
    expect(native.open).toHaveBeenCalledTimes(2)
    expectHolds({ timer: true, hook: true })
    become('ready')
    expect(face.ready).toHaveBeenCalledTimes(1)
    expectHolds({ timer: false, hook: true })
    bus.publish('E', 1)
    await tick()
    expect(native.publish.mock.calls).toEqual([['[["E",1]]', '1']])
    native.bring(`[1,\n[${E},1,"A"]]`)
    expect(got).toEqual([[1, 'A']])
    bus.close()
    expectHolds({ timer: true, hook: true })
    await tick()
    become('closed')
    expectHolds({ timer: false, hook: false })
  })
})

describe('a batch', () => {
  beforeEach(() => bus.open())

  test('that is what its runs say is not mended', () => {
    const [e, r] = [collect('E'), collect('R')]
    native.bring(`[1,\n[2],\n{},\n[${E},2,"A",${R},-2,"A",${R},1,"B"]]`, `[[${R},-1,"C"]]`, '[[]]')
    expect(native.mend).not.toHaveBeenCalled()
    expect(e).toEqual([
      [1, 'A'],
      [[2], 'A']
    ])
    expect(r).toEqual([
      [undefined, 'A'],
      [undefined, 'A'],
      [{}, 'B'],
      [undefined, 'C']
    ])
  })

  test.each([
    ['that does not parse', `[1,\nx,\n3,\n[${E},3,"A"]]`],
    ['whose end is broken out of', `[1,\n2],[3,\n4,\n[${E},3,"A"]]`],
    ['with more elements than its runs say', `[1,\n2,3,\n4,\n[${E},3,"A"]]`],
    ['with fewer elements than its runs say', `[1,\n[2,\n3],\n4,\n[${E},4,"A"]]`],
    ['with fewer, as it has undefined too', `[[1,\n2],\n[${E},-2,"A",${E},2,"A"]]`],
    ['whose runs are swallowed', `[1,\n[2,\n[${E},2,"A"]]]`]
  ])('%s goes to mend(), and only what comes back is delivered', (_, text) => {
    const got = collect('E')
    native.mended = `["mended",\n[${E},1,"A"]]`
    native.bring(text, `["next",\n[${E},1,"B"]]`)
    expect(native.mend.mock.calls).toEqual([[text]])
    expect(got).toEqual([
      ['mended', 'A'],
      ['next', 'B']
    ])
  })

  test('of which nothing is left when it is mended delivers nothing', () => {
    const got = collect('E')
    native.mended = '[[]]'
    native.bring(`[x,\n[${E},1,"A"]]`)
    expect(native.mend).toHaveBeenCalledTimes(1)
    expect(got).toEqual([])
  })
})

describe('close() in a callback', () => {
  beforeEach(() => {
    bus.open()
    become('ready')
  })

  test('ends the callbacks of its message, of its batch, and of those that wait', async () => {
    const seen = []
    bus.subscribe('E', (n) => seen.push(['first', n]))
    bus.subscribe('E', (n) => {
      seen.push(['closing', n])
      if (n === 2) bus.close()
    })
    bus.subscribe('E', (n) => seen.push(['last', n]))
    bus.subscribe('R', (n) => seen.push(['R', n]))
    native.bring(
      `[1,\n2,\n3,\n4,\n[${E},3,"A",${R},1,"A",${E},-1,"A",${R},-1,"B"]]`,
      `[5,\n6,\n[${E},1,"A",${R},1,"A"]]`
    )
    await tick()
    native.bring(`[7,\n[${E},1,"A"]]`)
    expect(seen).toEqual([
      ['first', 1],
      ['closing', 1],
      ['last', 1],
      ['first', 2],
      ['closing', 2]
    ])
    expect(native.names()).toContain('close')
  })

  test('and open() after it end them as well', async () => {
    const seen = []
    const old = collect('R')
    bus.subscribe('E', (n) => {
      seen.push(n)
      bus.close()
      bus.open()
      bus.subscribe('E', (later) => seen.push(['new', later]))
    })
    native.bring(`[1,\n2,\n[${E},2,"A"]]`, `[3,\n[${E},1,"A"]]`)
    await tick()
    expect(seen).toEqual([1])
    become('closed')
    native.bring(`[4,\n5,\n[${E},1,"A",${R},1,"A"]]`)
    expect(seen).toEqual([1, ['new', 4]])
    expect(old).toEqual([])
  })

  test('that throws is thrown on, and nothing follows it', () => {
    const thrown = []
    jest.spyOn(process, 'nextTick').mockImplementation((rethrow) => thrown.push(rethrow))
    const seen = []
    bus.subscribe('E', (n) => {
      seen.push(n)
      bus.close()
      throw new Error('mine')
    })
    native.bring(`[1,\n2,\n[${E},2,"A"]]`)
    jest.restoreAllMocks()
    expect(seen).toEqual([1])
    expect(thrown).toHaveLength(1)
    expect(thrown[0]).toThrow('mine')
  })
})

describe.each(['stats', 'flush'])('%s()', (name) => {
  test('hands over first what this tick has published', () => {
    bus.open()
    bus.publish('E', 1)
    bus.publish('E', 2, 'b')
    native.calls = []
    const answer = bus[name](500)
    const runs = '[["E",1],["E",1,"b"]]'
    const last = name === 'stats' ? ['stats'] : ['flush', 500]
    expect(native.calls).toEqual([['publish', runs, '1\n2'], last])
    expect(answer).toEqual(name === 'stats' ? { state: 'ready' } : 3)
  })

  test('hands nothing over when there is nothing', () => {
    bus.open()
    native.calls = []
    bus[name](500)
    expect(native.names()).toEqual([name])
  })
})
