'use strict'

const { PeerHold } = require('../../lib/peer-hold')

const MEMBERSHIP = {
  channel: 'CL',
  read: ({ name, isAlive }) => (name === undefined ? undefined : { name, isAlive }),
  intervalMs: 5000,
  timeoutMs: 6000
}

let hold
let listened
let fed
let told

beforeEach(() => {
  jest.useFakeTimers()
  listened = 0
  fed = []
  told = []
  hold = new PeerHold(MEMBERSHIP, 30000, {
    listen: () => listened++,
    deliver: ({ name }, sender) => fed.push([name, sender]),
    tell: (text) => told.push(text)
  })
})
afterEach(() => {
  hold.clear()
  expect(jest.getTimerCount()).toBe(0)
  jest.useRealTimers()
})

const alive = (name) => hold.note({ name, isAlive: true }, `sender of ${name}`)
const leave = (name) => hold.note({ name, isAlive: false }, `sender of ${name}`)
const names = () => fed.splice(0).map(([name]) => name)

test('servers that speak in time cost nothing', () => {
  for (let n = 0; n < 20; n++) {
    alive('a')
    alive('b')
    jest.advanceTimersByTime(5010)
  }
  expect([listened, fed, told]).toEqual([0, [], []])
})

test('an overdue message asks once whether the bus is heard, before deepstream loses patience', () => {
  alive('a')
  jest.advanceTimersByTime(5099)
  expect(listened).toBe(0)
  jest.advanceTimersByTime(100)
  expect(listened).toBe(1)
  jest.advanceTimersByTime(60000)
  expect([listened, fed]).toEqual([1, []])
})

test('of two servers, the one that is overdue asks', () => {
  alive('a')
  jest.advanceTimersByTime(2500)
  alive('b')
  jest.advanceTimersByTime(2700)
  expect(listened).toBe(1)
  alive('a')
  jest.advanceTimersByTime(2500)
  expect(listened).toBe(2)
})

test('while the bus is silent every server is fed each second, with its own message and sender', () => {
  alive('a')
  alive('b')
  jest.advanceTimersByTime(5200)
  hold.unheard()
  expect(fed.splice(0)).toEqual([
    ['a', 'sender of a'],
    ['b', 'sender of b']
  ])
  for (let s = 0; s < 20; s++) {
    jest.advanceTimersByTime(1000)
    expect(names()).toEqual(['a', 'b'])
  }
  hold.heard()
  expect(names()).toEqual(['a', 'b'])
  jest.advanceTimersByTime(60000)
  expect(fed).toEqual([])
})

test('what deepstream changes in a message does not come back', () => {
  const seen = []
  hold = new PeerHold(MEMBERSHIP, 30000, {
    listen() {},
    deliver: (message) => seen.push((message.isAlive = message)),
    tell() {}
  })
  const message = { name: 'a', isAlive: true }
  hold.note(message, 's')
  message.name = 'changed'
  hold.unheard()
  jest.advanceTimersByTime(1000)
  expect(seen.map(({ name }) => name)).toEqual(['a', 'a'])
  expect(seen[0]).not.toBe(seen[1])
})

test('it is told once when it lasts, and at the end', () => {
  alive('a')
  alive('b')
  hold.unheard()
  hold.unheard()
  jest.advanceTimersByTime(10000)
  hold.heard()
  hold.heard()
  expect(told).toEqual([
    expect.stringMatching(/^Kafka is silent.* up to 30 s \(option holdPeersMs\): a, b\.$/),
    expect.stringMatching(/^Kafka is heard again.* held for 10\.0 s\.$/)
  ])
})

test('a moment is not told', () => {
  alive('a')
  hold.unheard()
  jest.advanceTimersByTime(1900)
  hold.heard()
  expect(told).toEqual([])
})

test('without other servers there is nothing to hold, nor to tell', () => {
  hold.unheard()
  jest.advanceTimersByTime(60000)
  hold.heard()
  expect([fed, told]).toEqual([[], []])
})

test('it ends after holdPeersMs, and the dropped ones do not come back when Kafka does', () => {
  alive('a')
  hold.unheard()
  jest.advanceTimersByTime(29000)
  expect(names()).toHaveLength(30)
  jest.advanceTimersByTime(10000)
  expect(names()).toEqual([])
  hold.heard()
  hold.unheard()
  expect(names()).toEqual([])
  expect(told[1]).toMatch(/still silent.* held for 30\.0 s\.$/)
})

test('a server that has left, or was dropped before the silence, is not held', () => {
  for (const name of ['dead', 'gone', 'alive']) alive(name)
  jest.advanceTimersByTime(3000)
  alive('alive')
  leave('gone')
  jest.advanceTimersByTime(3100)
  hold.unheard()
  expect(names()).toEqual(['alive'])
  leave('alive')
  jest.advanceTimersByTime(5000)
  hold.heard()
  expect(names()).toEqual([])
})

test('a server that speaks in the silence is held by its latest words', () => {
  alive('a')
  hold.unheard()
  names()
  hold.note({ name: 'a', isAlive: true }, 'a new sender')
  jest.advanceTimersByTime(1000)
  expect(fed).toEqual([['a', 'a new sender']])
})

test('with a short time-out servers are fed more often', () => {
  hold = new PeerHold({ ...MEMBERSHIP, intervalMs: 300, timeoutMs: 900 }, 30000, {
    listen() {},
    deliver: () => fed.push(1),
    tell() {}
  })
  alive('a')
  hold.unheard()
  jest.advanceTimersByTime(3000)
  expect(fed).toHaveLength(11)
})

test.each(['unheard', 'heard', 'hold'])('a delivery may close the bus (%s)', (when) => {
  let isArmed = false
  hold = new PeerHold(MEMBERSHIP, 30000, {
    listen() {},
    deliver: () => isArmed && hold.clear(),
    tell: (text) => told.push(text)
  })
  alive('a')
  if (when === 'unheard') isArmed = true
  hold.unheard()
  jest.advanceTimersByTime(5000)
  told = []
  isArmed = true
  if (when === 'heard') hold.heard()
  jest.advanceTimersByTime(5000)
  expect([told, jest.getTimerCount()]).toEqual([[], 0])
})
