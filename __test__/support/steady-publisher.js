'use strict'

/**
 * A process that publishes numbers at a steady rate and looks at itself meanwhile; see SteadyPublisher. Its parent says `stop`, and it
 * answers with what it saw. It ends with its parent.
 */

const { monitorEventLoopDelay } = require('node:perf_hooks')
const MessageConnector = require('../..')

const { options, perTick, padding, topics } = JSON.parse(process.argv[2])
const TICK_MS = 5
const NS_PER_MS = 1e6

const text = 'x'.repeat(padding)
const node = new MessageConnector(options)
const errors = []
let number = 0
let longestPublishMs = 0
let thrown
let peakBytes = 0

node.on('error', ({ code, message }) => errors.push({ code, message, atMs: performance.now() }))
node.on('ready', () => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const publishing = setInterval(publishSome, TICK_MS)
  const looking = setInterval(look, 50)
  process.on('message', async (message) => {
    if (message === 'look') {
      look()
      peakBytes = process.memoryUsage.rss()
      process.send({ usedBytes: peakBytes, published: number })
    }
    if (message === 'stop') {
      clearInterval(publishing)
      clearInterval(looking)
      // Behind everything else, when there is room for it: what comes before it is all there is.
      const atEnd = setInterval(() => {
        if (node.stats().undelivered > 0) return
        clearInterval(atEnd)
        node.publish(topics[0], { number: -1 })
        const longestDelayMs = delay.max / NS_PER_MS
        const stats = node.stats()
        process.send({
          errors,
          published: number,
          longestPublishMs,
          longestDelayMs,
          thrown,
          peakBytes,
          stats
        })
      }, 50)
    }
  })
  process.send('ready')
})
process.on('disconnect', () => process.exit())

function publishSome() {
  for (let n = 0; n < perTick; n++) {
    const message = { number: number++, text }
    const start = performance.now()
    try {
      node.publish(topics[number % topics.length], message)
    } catch (error) {
      thrown = error.stack
    }
    longestPublishMs = Math.max(longestPublishMs, performance.now() - start)
  }
}

function look() {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
}
