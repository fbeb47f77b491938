'use strict'

const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { MessageConnector, close, onceWithin, ready, unique } = require('../support/nodes')
const { useWarnings } = require('../support/warnings')

// The broker is paused and killed, which takes one that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

/** Silence is doubted after 0.8 s and unhealthy a second later; a busy machine takes longer. */
const NOTICED_WITHIN_MS = 6000
/** What a broker that starts may take until messages flow. */
const BACK_WITHIN_MS = 60000

const broker = useBroker()

let connector
beforeEach(async () => {
  connector = new MessageConnector({
    connectionString: broker.connectionString,
    topic: unique('topic'),
    metrics: { port: 0 }
  })
  connector.on('error', () => {})
  await ready(connector)
})
afterEach(() => close(connector))
// That Kafka answers again is told as a warning, until it is closed.
useWarnings()

/** @returns {Promise<{ status: number, ok: boolean, reason?: string }>} */
async function look(page) {
  const response = await fetch(new URL(page, connector.metricsUrl))
  return { status: response.status, ...(await response.json()) }
}

/** Waits until /healthz has the status; @returns what it says then */
async function untilHealthIs(status, timeoutMs) {
  let last
  return eventually(
    async () => {
      last = await look('/healthz')
      return last.status === status && last
    },
    { timeoutMs, message: `the health ${status}` }
  ).catch((error) => {
    throw new Error(`${error.message}; the last was ${JSON.stringify(last)}`, { cause: error })
  })
}

async function metric(name) {
  const text = await (await fetch(connector.metricsUrl)).text()
  return Number(new RegExp(`^deepstream_kafka_${name}.* (.+)$`, 'm').exec(text)[1])
}

test('a broker that stands still makes health fail with the reason, until it goes on', async () => {
  const [kafka] = broker.cluster.brokers
  expect(await look('/healthz')).toEqual({ status: 200, ok: true })
  kafka.pause()
  try {
    const { ok, reason } = await untilHealthIs(503, NOTICED_WITHIN_MS)
    expect(ok).toBe(false)
    expect(reason).toMatch(
      /^(Kafka does not answer|No Kafka broker answers|A partition .* has no leader that answers), for \d+\.\d s\.$/
    )
    expect(await look('/readyz')).toEqual({ status: 200, ok: true })
    expect(await metric('link{.*link="flowing"}')).toBe(0)
  } finally {
    kafka.resume()
  }
  expect(await untilHealthIs(200, BACK_WITHIN_MS)).toEqual({ status: 200, ok: true })
})

test('while a message waits for a broker that was killed health fails, and its age grows', async () => {
  const [kafka] = broker.cluster.brokers
  await kafka.kill()
  try {
    connector.publish('E', 'waiting')
    await untilHealthIs(503, NOTICED_WITHIN_MS)
    await eventually(async () => (await metric('undelivered_age_seconds')) > 1)
    expect(await metric('undelivered_messages')).toBe(1)
  } finally {
    await kafka.start()
  }
  await untilHealthIs(200, BACK_WITHIN_MS)
  await eventually(async () => (await metric('undelivered_messages')) === 0)
  expect(await metric('undelivered_age_seconds')).toBe(0)
  expect(await metric('disconnects_total')).toBeGreaterThan(0)
})

test('a connector that is not ready, or closes, says so', async () => {
  const [kafka] = broker.cluster.brokers
  await kafka.kill()
  const closed = onceWithin(connector, 'close')
  try {
    connector.publish('E', 'nobody takes this')
    connector.close()
    expect(await look('/readyz')).toEqual({
      status: 503,
      ok: false,
      reason: 'The connector is closing, not ready.'
    })
    await closed
    expect(connector.metricsUrl).toBeUndefined()
    connector.init()
    await eventually(() => connector.metricsUrl)
    expect(await look('/healthz')).toMatchObject({
      reason: 'The connector is connecting, not ready.'
    })
  } finally {
    await kafka.start()
  }
  await ready(connector)
  expect(await look('/healthz')).toEqual({ status: 200, ok: true })
})
