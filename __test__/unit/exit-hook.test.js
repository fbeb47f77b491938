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
  return { flushTimeoutMs, flush: jest.fn(() => 0) }
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
  const { hook, exit } = load()
  const [a, b, gone] = [bus(1000), bus(500), bus()]
  for (const each of [a, b, gone]) hook.add(each)
  hook.remove(gone)
  expect(hook.isExiting()).toBe(false)
  exit()
  expect(hook.isExiting()).toBe(true)
  expect(a.flush).toHaveBeenCalledTimes(1)
  expect(a.flush.mock.calls[0][0]).toBeLessThanOrEqual(1000)
  expect(a.flush.mock.calls[0][0]).toBeGreaterThan(500)
  expect(b.flush.mock.calls[0][0]).toBeLessThanOrEqual(500)
  expect(gone.flush).not.toHaveBeenCalled()
})

test('the time of all flushes together counts from the beginning of the exit', () => {
  const { hook, exit } = load()
  let now = 1000000
  jest.spyOn(Date, 'now').mockImplementation(() => now)
  const [slow, late] = [bus(1000), bus(1000)]
  slow.flush.mockImplementation((ms) => (now += ms))
  hook.add(slow)
  hook.add(late)
  exit()
  expect(slow.flush).toHaveBeenCalledWith(1000)
  expect(late.flush).not.toHaveBeenCalled()
  hook.flush(slow)
  expect(slow.flush).toHaveBeenCalledTimes(1)
})
