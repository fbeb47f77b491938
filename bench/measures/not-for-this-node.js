'use strict'

const { serverName } = require('../buses/cluster-node')

/** A deepstream topic that no participant subscribes to. */
const UNREAD_CHANNEL = 'U'

/**
 * What a node spends on messages that are not for it: of a deepstream topic that nobody there
 * subscribed to, and direct ones to another server. Only of buses whose nodes read everything.
 *
 * @param {import('../pair').Pair} pair
 * @param {object} settings
 * @param {number} deliveredCpu microseconds that a delivered message costs the receiver
 * @returns {Promise<object>} values by the keys of measures/index.js
 */
async function notForThisNode(pair, settings, deliveredCpu) {
  const share = (cpu) => (100 * cpu) / deliveredCpu
  const values = {}
  if (pair.bus.readsWholeTopic) {
    values.unreadCpu = await receiverCpu(pair, settings, { channel: UNREAD_CHANNEL })
    values.unreadShare = share(values.unreadCpu)
  }
  if (pair.bus.sendsDirect) {
    values.directCpu = await receiverCpu(pair, settings, { target: serverName() })
    values.directShare = share(values.directCpu)
  }
  return values
}

/**
 * @param {import('../pair').Pair} pair
 * @param {object} settings
 * @param {object} way past the receiver, as sender.js takes it
 * @returns {Promise<number>} microseconds of processor time of the receiver for each message
 */
async function receiverCpu(pair, { messages, perTick }, way) {
  // The first message tells that what came before has been read, and so does the last.
  await pair.send('flood', { count: 1, perTick })
  const before = await pair.receiver.ask('usage')
  const first = pair.unread.take(messages)
  await pair.sender.ask('flood', { first, count: messages, perTick, ...way })
  await pair.send('flood', { count: 1, perTick })
  const after = await pair.receiver.ask('usage')
  return (after.cpuMicros - before.cpuMicros) / messages
}

module.exports = { notForThisNode }
