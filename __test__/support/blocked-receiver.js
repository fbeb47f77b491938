'use strict'

/**
 * A process that receives, and is busy: blocked for a while, or slower than its input; see busy-receiver.test.js. Its parent says what
 * it is to do, and it answers with what it saw. It ends with its parent.
 */

const MessageConnector = require('../..')

const node = new MessageConnector(JSON.parse(process.argv[2]))
let pauseUs = 0
let count = 0
let firstWrong
let peakBytes = 0
const errors = []

node.on('error', ({ code, message }) => errors.push(`${code}: ${message}`))
node.subscribe('E', ({ number }) => {
  if (number !== count) firstWrong ??= { number, expected: count }
  count++
  if (pauseUs > 0) block(pauseUs / 1000)
  if (count % 64 === 0) look()
})
node.on('ready', () => process.send('ready'))

const orders = {
  /** JavaScript does nothing else for so long. */
  block: (ms) => block(ms),
  /** Each message takes so long from now on. */
  slow: (us) => (pauseUs = us),
  /** What is used from now on counts as the peak. */
  reset: () => (peakBytes = 0)
}

process.on('message', ([order, argument]) => {
  orders[order]?.(argument)
  look()
  const { inboxBytes } = node.stats()
  process.send({ count, firstWrong, peakBytes, inboxBytes, errors })
})
process.on('disconnect', () => process.exit())
setInterval(look, 50)

function look() {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
}

function block(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}
