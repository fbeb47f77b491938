'use strict'

const { once } = require('node:events')
const { quantile } = require('../quantile')
const { failed, failedBy, ok, warning } = require('./result')

/** How often a message goes there and back. */
const ROUNDS = 20
/** How long connecting, and all the messages, may take. */
const PATIENCE_MS = 12000
/** On which no deepstream server listens. */
const CHANNEL = 'deepstream-kafka doctor'
/** deepstream waits half a second for some answers of other servers. */
const SLOW_MS = 250

/**
 * Sends messages from one connector to another and back, over the topic, where servers read and drop them.
 *
 * @param {typeof import('deepstream.io-msg-kafka')} MessageConnector
 * @param {object} options of the connectors
 * @returns {Promise<{ timesMs: number[], isComplete: boolean, troubles: Error[], senders: string[] }>} `timesMs` of one message
 *   there and back; `troubles` are what the connectors told meanwhile
 */
async function exchange(MessageConnector, options) {
  const troubles = []
  const note = (error) => troubles.push(error)
  process.on('warning', note)
  const nodes = [1, 2].map(() => {
    const clientId = 'deepstream-kafka-doctor'
    return new MessageConnector({ ...options, clientId, createTopic: false }).on('error', note)
  })
  const timesMs = []
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    await Promise.all(nodes.map((node) => once(node, 'ready', { signal: stop.signal })))
    for (let n = 0; n < ROUNDS; n++) timesMs.push(await thereAndBack(...nodes, stop.signal))
  } catch (error) {
    if (error.name !== 'AbortError') note(error)
  } finally {
    clearTimeout(timer)
    await Promise.all(nodes.map(close))
    process.off('warning', note)
  }
  const senders = nodes.map((node) => node.stats().sender)
  return { timesMs, isComplete: timesMs.length === ROUNDS, troubles, senders }
}

/** @returns {Promise<number>} after how many milliseconds the message was back */
function thereAndBack(a, b, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(Object.assign(new Error('too late'), { name: 'AbortError' }))
    signal.addEventListener('abort', abort, { once: true })
    const start = performance.now()
    const echo = () => b.publish(CHANNEL, 'back')
    const arrive = () => {
      b.unsubscribe(CHANNEL, echo)
      a.unsubscribe(CHANNEL, arrive)
      signal.removeEventListener('abort', abort)
      resolve(performance.now() - start)
    }
    b.subscribe(CHANNEL, echo)
    a.subscribe(CHANNEL, arrive)
    a.publish(CHANNEL, 'there')
  })
}

async function close(node) {
  const closed = once(node, 'close')
  node.close()
  await closed
}

function median(times) {
  const sorted = [...times].sort((a, b) => a - b)
  return quantile(sorted, 0.5)
}

/**
 * @param {{ delivery: Awaited<ReturnType<typeof exchange>> }} facts
 * @returns {import('./result').Result}
 */
function checkDelivery({ delivery: { timesMs, isComplete, troubles } }) {
  const [trouble] = troubles
  if (!isComplete) {
    if (trouble) return failedBy(trouble)
    return failed(
      `A message did not come back within ${PATIENCE_MS / 1000} s, and nothing says why.`,
      "Look at the brokers' logs, and set debug: broker,topic,msg under kafka to see librdkafka's."
    )
  }
  const [middle, longest] = [median(timesMs), Math.max(...timesMs)].map((ms) => ms.toFixed(1))
  const times = `${middle} ms (median of ${timesMs.length}; the longest took ${longest} ms)`
  if (trouble) return warning(`${times}, but: ${trouble.message} (${trouble.code})`)
  if (median(timesMs) > SLOW_MS)
    return warning(
      `${times}: deepstream waits for some answers of other servers for half a second only.`,
      'Look for the cause in the network, or in the brokers: their load, their disks, or replicas that are slow.'
    )
  return ok(times)
}

module.exports = { checkDelivery, exchange, median }
