'use strict'

const { once } = require('node:events')
const { eventually } = require('../../harness/eventually')
const { FaultProxy } = require('../../harness/fault-proxy')
const { reset } = require('../../harness/reset')
const { FakeServer, deadAddress } = require('../support/fake-servers')
const { EchoClient, ProxiedEcho, numbered } = require('../support/proxied-echo')

/** @type {ProxiedEcho} */
let echo
beforeEach(async () => {
  echo = await ProxiedEcho.start()
})
afterEach(() => echo.stop())

test('passes bytes in both directions, as they are', async () => {
  const client = await echo.connect()
  const text = numbered(5000000)
  client.socket.write(text, 'latin1')
  await client.got(text)
  expect(echo.proxy.up.passedBytes).toBe(text.length)
  expect(echo.proxy.down.passedBytes).toBe(text.length)
})

test('passes the end of a connection after its last byte', async () => {
  const client = await echo.connect()
  echo.proxy.up.limit(500000)
  const text = numbered(100000)
  client.socket.end(text, 'latin1')
  await once(client.socket, 'close')
  expect(client).toMatchObject({ text, end: 'end' })
})

test('counts the connections that it accepted', async () => {
  await echo.connect()
  await echo.connect()
  expect(echo.proxy.accepted).toBe(2)
})

test('cut() ends all connections and takes new ones', async () => {
  const [one, two] = [await echo.connect(), await echo.connect()]
  echo.proxy.cut()
  await Promise.all([one.ended(), two.ended()])
  const client = await echo.connect()
  client.socket.write('hello')
  await client.got('hello')
})

test('reset() resets all connections', async () => {
  const client = await echo.connect()
  client.socket.write('hello')
  await client.got('hello')
  echo.proxy.reset()
  expect(await client.ended()).toBe('ECONNRESET')
})

test('reset() works on a frozen link', async () => {
  const client = await echo.connect()
  echo.proxy.up.freeze()
  echo.proxy.down.freeze()
  client.socket.write('hello')
  echo.proxy.reset()
  expect(await client.ended()).toBe('ECONNRESET')
})

test('a connection that is just ending can be reset', async () => {
  const { socket } = await echo.connect()
  const closed = once(socket, 'close')
  socket.end()
  reset(socket)
  await closed
})

describe.each(['up', 'down'])('a single connection that is frozen %s', (name) => {
  test('waits, while the others go on, and loses nothing', async () => {
    const [one, two] = [await echo.connect(), await echo.connect()]
    one.socket.write('before')
    await one.got('before')
    const [first, second] = echo.proxy.connections
    expect([first, second].map((connection) => connection[name].passedBytes)).toEqual([6, 0])
    first[name].freeze()
    const text = numbered(5000000)
    for (const client of [one, two]) client.socket.write(text, 'latin1')
    await two.got(text)
    expect(one).toMatchObject({ text: 'before', end: undefined })
    first[name].thaw()
    await one.got('before' + text)
  })

  test('passes again with pass(), and is forgotten at its end', async () => {
    const client = await echo.connect()
    const [connection] = await eventually(() => [...echo.proxy.connections])
    connection[name].freeze()
    client.socket.write('hello')
    await echo.othersHavePassed()
    await echo.proxy.pass()
    await client.got('hello')
    client.socket.end()
    await eventually(() => echo.proxy.connections.size === 0, { message: 'the end' })
  })
})

test('what a frozen connection holds is kept also when its client is gone', async () => {
  const client = await echo.connect()
  const [{ up }] = await eventually(() => [...echo.proxy.connections])
  up.freeze()
  client.socket.end('hello')
  await echo.othersHavePassed()
  expect(echo.receivedBytes).toBe(20)
  await echo.proxy.pass()
  await eventually(() => echo.receivedBytes === 25, { message: 'what it sent last' })
})

test('while connections are refused, open ones go on', async () => {
  const client = await echo.connect()
  client.socket.write('a')
  await client.got('a')
  const { address } = echo.proxy
  echo.proxy.refuse()
  await expect(echo.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  client.socket.write('b')
  await client.got('ab')
  await echo.proxy.admit()
  expect(echo.proxy.address).toBe(address)
  const another = await echo.connect()
  another.socket.write('c')
  await another.got('c')
})

test('a target at which nothing listens resets the client', async () => {
  const proxy = await FaultProxy.start({ target: await deadAddress() })
  try {
    // It may be reset before it knows that it is connected.
    const end = EchoClient.connect(proxy.address).then(
      (client) => client.ended(),
      ({ code }) => code
    )
    expect(await end).toBe('ECONNRESET')
  } finally {
    proxy.stop()
  }
})

test('a client that resets its connection resets that to the target', async () => {
  const ends = []
  const target = await FakeServer.start((socket) => {
    socket.on('error', ({ code }) => ends.push(code))
    socket.on('end', () => ends.push('end'))
    socket.resume()
  })
  const proxy = await FaultProxy.start({ target: target.address })
  try {
    const { socket } = await EchoClient.connect(proxy.address)
    socket.write('hello')
    await eventually(() => proxy.up.passedBytes === 5, { intervalMs: 5 })
    socket.resetAndDestroy()
    await eventually(() => ends.length > 0, { intervalMs: 5, message: 'the end' })
    expect(ends).toEqual(['ECONNRESET'])
  } finally {
    proxy.stop()
    await target.stop()
  }
})
