'use strict'

/** A fresh hook, and what it registers at the process. */
function load() {
  const listeners = new Set()
  jest.spyOn(process, 'on').mockImplementation((_, listener) => listeners.add(listener))
  jest
    .spyOn(process, 'removeListener')
    .mockImplementation((_, listener) => listeners.delete(listener))
  let hook
  jest.isolateModules(() => {
    hook = require('../../lib/exit-hook')
  })
  return { hook, listeners, exit: () => listeners.forEach((listener) => listener(0)) }
}

function bus(flushTimeoutMs = 1000) {
  return { flushTimeoutMs, takeLeave: jest.fn(), flush: jest.fn(() => 0) }
}

/** Both clocks of the process, which only the test moves on: how fast the machine is must not matter. */
function useClocks() {
  let [elapsedMs, wallMs] = [5000, Date.UTC(2026, 0)]
  jest.spyOn(performance, 'now').mockImplementation(() => elapsedMs)
  jest.spyOn(Date, 'now').mockImplementation(() => wallMs)
  return {
    pass(ms) {
      elapsedMs += ms
      wallMs += ms
    },
    setWall(byMs) {
      wallMs += byMs
    }
  }
}

afterEach(() => jest.restoreAllMocks())

test('the process is listened to only while there is a bus, and once', () => {
  const { hook, listeners } = load()
  const [a, b] = [bus(), bus()]
  expect(listeners.size).toBe(0)
  hook.add(a)
  hook.add(b)
  hook.add(a)
  expect(process.on).toHaveBeenCalledTimes(1)
  expect(process.on).toHaveBeenCalledWith('exit', expect.any(Function))
  hook.remove(a)
  hook.remove(a)
  expect(listeners.size).toBe(1)
  hook.remove(b)
  expect(listeners.size).toBe(0)
})

test('each bus is flushed at the exit, within its time', () => {
  useClocks()
  const { hook, exit } = load()
  const [a, b, gone] = [bus(1000), bus(500), bus()]
  for (const each of [a, b, gone]) hook.add(each)
  hook.remove(gone)
  expect(hook.isExiting()).toBe(false)
  exit()
  expect(hook.isExiting()).toBe(true)
  expect(a.flush.mock.calls).toEqual([[1000]])
  expect(b.flush.mock.calls).toEqual([[500]])
  expect(gone.flush).not.toHaveBeenCalled()
})

test('each bus can take leave before it is flushed', () => {
  const { hook, exit } = load()
  const one = bus()
  hook.add(one)
  one.flush.mockImplementation(() => expect(one.takeLeave).toHaveBeenCalledTimes(1))
  exit()
  expect(one.flush).toHaveBeenCalledTimes(1)
})

test('the time of all flushes together counts from the beginning of the exit', () => {
  const clocks = useClocks()
  const { hook, exit } = load()
  const [slow, late] = [bus(1000), bus(1000)]
  slow.flush.mockImplementation((ms) => clocks.pass(ms))
  hook.add(slow)
  hook.add(late)
  exit()
  expect(slow.flush.mock.calls).toEqual([[1000]])
  expect(late.flush).not.toHaveBeenCalled()
  hook.flush(slow)
  expect(slow.flush).toHaveBeenCalledTimes(1)
})

// With a clock that is set back, an exit would block for an hour; set forward, the leave message would be lost.
test.each([
  ['forward', 3600000],
  ['back', -3600000]
])('a clock on the wall that is set %s by an hour during the exit changes nothing', (_, byMs) => {
  const clocks = useClocks()
  const { hook, exit } = load()
  const [first, second] = [bus(1000), bus(1000)]
  first.flush.mockImplementation(() => {
    clocks.pass(300)
    clocks.setWall(byMs)
  })
  hook.add(first)
  hook.add(second)
  exit()
  expect(first.flush.mock.calls).toEqual([[1000]])
  expect(second.flush.mock.calls).toEqual([[700]])
  hook.flush(second)
  expect(second.flush).toHaveBeenLastCalledWith(700)
})
