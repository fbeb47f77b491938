'use strict'

const { spawn } = require('child_process')
const path = require('path')
const { CHANNEL, eventMessage, topicNames } = require('../event-message')
const { nowMs } = require('./clock')

/** Time for the pacer to start before its first tick. */
const PACER_HEAD_START_MS = 500

/**
 * @param {object} connector
 * @param {object} run
 * @param {string} [run.channel] a deepstream topic other than that of the messages
 * @param {string} [run.target] the name of the one server that is to get them
 * @param {number} [run.topics] to so many deepstream topics in turn
 * @returns {(message: object) => void} how the messages of this run are sent
 */
function outlet(connector, { channel, target, topics }) {
  if (target) return (message) => connector.publishDirect(target, message)
  if (channel) return (message) => connector.publish(channel, { ...message, topic: channel })
  if (topics) {
    const names = topicNames(topics)
    let next = 0
    return (message) => {
      const topic = names[next++ % topics]
      connector.publish(topic, { ...message, topic })
    }
  }
  return (message) => connector.publish(CHANNEL, message)
}

/**
 * Publishes as fast as the connector takes the messages, in ticks of the event loop, as a busy
 * server does: sockets are served between two ticks.
 *
 * @param {object} connector
 * @param {{first: number, count: number, perTick: number, bytes?: number}} run and what outlet()
 *   takes
 * @returns {Promise<{startedAt: number, publishedAt: number}>} times of clock.js
 */
function flood(connector, { first, count, perTick, bytes, ...way }) {
  return new Promise((resolve) => {
    const publish = outlet(connector, way)
    const end = first + count
    let next = first
    const startedAt = nowMs()
    const publishTick = () => {
      const tickEnd = Math.min(next + perTick, end)
      while (next < tickEnd) publish(eventMessage(next++, bytes))
      if (next < end) setImmediate(publishTick)
      else resolve({ startedAt, publishedAt: nowMs() })
    }
    publishTick()
  })
}

/**
 * Publishes at a steady rate, some messages in each tick. Tick i is due at `startAt + i * intervalMs`
 * whatever happened to the ones before it; when the sender is late it sends all that are due at once.
 *
 * @param {object} connector
 * @param {{first: number, count: number, rate: number, perTick?: number, bytes?: number}} run rate in
 *   messages per second; one per tick if not told otherwise
 * @returns {Promise<{startAt: number, intervalMs: number, publishedAt: Float64Array}>}
 *   `publishedAt` holds the time before each publish()
 */
function pace(connector, { first, count, rate, perTick = 1, bytes }) {
  return new Promise((resolve, reject) => {
    const intervalMs = (1000 * perTick) / rate
    const startAt = nowMs() + PACER_HEAD_START_MS
    const publishedAt = new Float64Array(count)
    let index = 0
    const args = [path.join(__dirname, 'pacer.js'), startAt, intervalMs, count / perTick].map(
      String
    )
    const pacer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const publishDue = () => {
      const dueAt = () => startAt + Math.floor(index / perTick) * intervalMs
      for (let now = nowMs(); index < count && dueAt() <= now; now = nowMs()) {
        publishedAt[index] = now
        connector.publish(CHANNEL, eventMessage(first + index, bytes))
        index++
      }
    }
    pacer.on('error', reject)
    pacer.stdout.on('data', publishDue)
    pacer.once('close', () => {
      publishDue()
      if (index === count) resolve({ startAt, intervalMs, publishedAt })
      else reject(new Error(`the pacer stopped after ${index} of ${count} messages`))
    })
  })
}

module.exports = { flood, pace }
