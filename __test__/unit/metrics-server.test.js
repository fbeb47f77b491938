'use strict'

const http = require('node:http')
const net = require('node:net')
const { once } = require('node:events')
const { freePorts } = require('../../harness/kafka/ports')
const { eventually } = require('../../harness/eventually')
const { MetricsServer } = require('../../lib/metrics/server')
const { statsWith } = require('../support/stats')

let stats
let told
let servers
beforeEach(() => {
  stats = () => statsWith()
  told = []
  servers = []
})
afterEach(() => {
  jest.useRealTimers()
  for (const server of servers) server.close()
})

function create(address = { host: '127.0.0.1', port: 0 }) {
  const source = { stats: () => stats() }
  const server = new MetricsServer(address, source, (error) => told.push(error))
  servers.push(server)
  return server
}

async function open(address) {
  const server = create(address)
  server.open()
  await eventually(() => server.url, { intervalMs: 5 })
  return server
}

/** @returns {Promise<{status: number, type: string, body: string}>} */
async function get({ url }, path, method = 'GET') {
  const request = http.request(new URL(path, url), { method, agent: false }).end()
  const [response] = await once(request, 'response')
  let body = ''
  for await (const chunk of response) body += chunk
  return { status: response.statusCode, type: response.headers['content-type'], body }
}

test('it serves metrics in Prometheus’ text format', async () => {
  const { status, type, body } = await get(await open(), '/metrics')
  expect({ status, type }).toEqual({
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8'
  })
  expect(body).toContain('deepstream_kafka_published_messages_total{')
})

test('health and readiness are pages with a reason', async () => {
  const server = await open()
  expect(await get(server, '/healthz?verbose')).toEqual({
    status: 200,
    type: 'application/json; charset=utf-8',
    body: '{"ok":true}\n'
  })
  stats = () => statsWith({ undeliveredMs: 7000 })
  const failed = await get(server, '/healthz')
  expect(failed.status).toBe(503)
  expect(JSON.parse(failed.body).reason).toMatch('for 7.0 s')
  expect((await get(server, '/readyz')).status).toBe(200)
  stats = () => statsWith({ state: 'connecting' })
  expect((await get(server, '/readyz')).status).toBe(503)
})

test('a HEAD has no body, other methods and pages are refused, and a failure is told', async () => {
  const server = await open()
  expect(await get(server, '/healthz', 'HEAD')).toMatchObject({ status: 200, body: '' })
  expect(await get(server, '/metrics', 'POST')).toMatchObject({ status: 405 })
  expect(await get(server, '/')).toMatchObject({
    status: 404,
    body: 'There are /metrics, /healthz and /readyz.\n'
  })
  stats = () => {
    throw new Error('it broke')
  }
  for (const page of ['/metrics', '/healthz'])
    expect(await get(server, page)).toMatchObject({ status: 500, body: 'it broke\n' })
})

test('closing frees the port at once, whoever is connected, and it can be opened again', async () => {
  const server = await open()
  const { port } = new URL(server.url)
  const idle = net.connect(port, '127.0.0.1')
  await once(idle, 'connect')
  await get(server, '/readyz')
  const gone = once(idle, 'close')
  server.close()
  expect(server.url).toBeUndefined()
  await gone
  const next = await open({ host: '127.0.0.1', port: Number(port) })
  next.close()
  server.open()
  await eventually(() => server.url, { intervalMs: 5 })
  expect(told).toEqual([])
})

/** Timers stand still, but sockets work. */
function stopTimers() {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
}

async function turnsUntil(condition) {
  for (let turn = 0; turn < 100000 && !condition(); turn++) await new Promise(setImmediate)
  expect(condition()).toBeTruthy()
}

test('a port in use is told once with what to do, and served when it is free', async () => {
  const first = await open()
  const port = Number(new URL(first.url).port)
  const second = create({ host: '127.0.0.1', port })
  stopTimers()
  second.open()
  await turnsUntil(() => told.length > 0)
  expect(told[0]).toMatchObject({
    code: 'ERR_KAFKA_METRICS',
    retriable: true,
    message:
      `Metrics cannot be served on port ${port} of 127.0.0.1: the port is in use. Messages are not affected. It is tried ` +
      'again every 10 s; the option metrics sets port and host.'
  })
  expect(second.url).toBeUndefined()

  jest.advanceTimersByTime(10000)
  await turnsUntil(() => jest.getTimerCount() > 0)
  first.close()
  jest.advanceTimersByTime(10000)
  await turnsUntil(() => second.url)
  expect(told).toHaveLength(1)
})

test('closing while the port is in use ends the attempts', async () => {
  const first = await open()
  const second = create({ host: '127.0.0.1', port: Number(new URL(first.url).port) })
  stopTimers()
  second.open()
  await turnsUntil(() => told.length > 0)
  expect(jest.getTimerCount()).toBe(1)
  second.close()
  expect(jest.getTimerCount()).toBe(0)
})

test('an address of another machine is told as such', async () => {
  const [port] = await freePorts(1)
  create({ host: '192.0.2.1', port }).open()
  await eventually(() => told.length > 0, { intervalMs: 5 })
  expect(told[0].message).toMatch('of 192.0.2.1: this machine does not have the address.')
})
