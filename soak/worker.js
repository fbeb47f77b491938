'use strict'

/** A worker thread with a connector that says when it has come to the moment at which it is to be terminated. */

const { parentPort, workerData } = require('node:worker_threads')
const MessageConnector = require('..')

const { options, moment } = workerData
const node = new MessageConnector(options)
// What happens to one that is terminated is nobody's trouble.
node.on('error', () => {})
// Only once: the parent does not listen any more after that.
const say = (now) => now === moment && parentPort.postMessage(now)

say('connecting')
let heard = 0
node.subscribe('soak-worker', () => ++heard === 100 && say('talking'))
node.on('ready', () => {
  say('ready')
  if (moment === 'talking') talk()
  if (moment === 'closing') {
    node.publish('soak-worker', 'bye')
    node.close()
    say('closing')
  }
})

/** Publishes as fast as it goes, and hears what others publish, since nobody hears itself. */
function talk() {
  const other = new MessageConnector(options)
  other.on('error', () => {})
  other.on('ready', function publish() {
    for (let n = 0; n < 20; n++) other.publish('soak-worker', n)
    setImmediate(publish)
  })
}
