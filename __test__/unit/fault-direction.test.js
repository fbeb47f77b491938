'use strict'

const { eventually } = require('../../harness/eventually')
const { ProxiedEcho, numbered } = require('../support/proxied-echo')

/** @type {ProxiedEcho} */
let echo
beforeEach(async () => {
  echo = await ProxiedEcho.start()
})
afterEach(() => echo.stop())

describe.each(['up', 'down'])('%s', (name) => {
  test('a delay holds each byte for so long, and keeps the order', async () => {
    const client = await echo.connect()
    echo.proxy[name].delay(200)
    const start = performance.now()
    for (let n = 0; n < 10; n++) client.socket.write(String(n))
    await client.got('0123456789')
    expect(performance.now() - start).toBeGreaterThan(190)
  })

  test('a limit is for all connections together', async () => {
    const [one, two] = [await echo.connect(), await echo.connect()]
    echo.proxy[name].limit(200000)
    const start = performance.now()
    const text = numbered(50000)
    for (const client of [one, two]) client.socket.write(text, 'latin1')
    await Promise.all([one.got(text), two.got(text)])
    // 100,000 bytes take half a second.
    expect(performance.now() - start).toBeGreaterThan(400)
  })

  test('a limit spreads the bytes evenly over the time', async () => {
    const client = await echo.connect()
    echo.proxy[name].limit(200000)
    let largest = 0
    let before = 0
    const start = performance.now()
    client.socket.on('data', (text) => {
      const now = performance.now()
      // A busy machine may make the proxy late, and then it makes up for it.
      if (now - before < 50) largest = Math.max(largest, text.length)
      before = now
    })
    const text = numbered(100000)
    client.socket.write(text, 'latin1')
    await client.got(text)
    expect(performance.now() - start).toBeGreaterThan(400)
    expect(largest).toBeLessThan(30000)
  })

  test('a busy connection does not keep another from its turn', async () => {
    const [big, small] = [await echo.connect(), await echo.connect()]
    echo.proxy[name].limit(1000000)
    const text = numbered(1000000)
    big.socket.write(text, 'latin1')
    await eventually(() => echo.proxy[name].passedBytes > 50000, { intervalMs: 5 })
    small.socket.write('here')
    await small.got('here')
    expect(big.text.length).toBeLessThan(text.length)
    await big.got(text)
  })

  test('what is frozen stays open, and goes on in order when it is thawed', async () => {
    const client = await echo.connect()
    client.socket.write('before')
    await client.got('before')
    echo.proxy[name].freeze()
    for (let n = 0; n < 10; n++) client.socket.write(String(n))
    await echo.othersHavePassed()
    expect(client).toMatchObject({ text: 'before', end: undefined })
    echo.proxy[name].thaw()
    await client.got('before0123456789')
  })

  test('more than fits into a frozen link waits at its sender, and none is lost', async () => {
    const client = await echo.connect()
    echo.proxy[name].freeze()
    const text = numbered(20000000)
    client.socket.write(text, 'latin1')
    await echo.othersHavePassed()
    expect(client.socket.writableLength).toBeGreaterThan(0)
    expect(client.text).toBe('')
    echo.proxy[name].thaw()
    await client.got(text)
  })

  test('a new connection over a frozen link is accepted and silent', async () => {
    echo.proxy[name].freeze()
    const client = await echo.connect()
    client.socket.write('hello')
    await echo.othersHavePassed()
    expect(client.text).toBe('')
    echo.proxy[name].thaw()
    await client.got('hello')
  })

  test('pass() ends delay, limit and freeze', async () => {
    const client = await echo.connect()
    echo.proxy[name].delay(60000)
    echo.proxy[name].limit(1)
    echo.proxy[name].freeze()
    await echo.proxy.pass()
    client.socket.write('hello')
    await client.got('hello')
  })
})

test('the other direction of a frozen one passes', async () => {
  const client = await echo.connect()
  echo.proxy.down.freeze()
  client.socket.write('hello')
  await eventually(() => echo.receivedBytes === 5, {
    intervalMs: 5,
    message: 'the server to get it'
  })
  expect(client.text).toBe('')
})
