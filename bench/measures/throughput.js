'use strict'

/**
 * All messages as fast as they go, from the first publish() to the last callback.
 *
 * @param {import('../pair').Pair} pair
 * @param {object} settings
 * @returns {Promise<object>} values by the keys of measures/index.js
 */
async function throughput(pair, { messages, perTick }) {
  const run = await pair.send('flood', { count: messages, perTick })
  return {
    throughput: messages / ((run.lastAt - run.startedAt) / 1000),
    floodSenderCpu: run.senderCpuMicros / messages,
    floodReceiverCpu: run.receiverCpuMicros / messages
  }
}

/**
 * The same with larger messages.
 *
 * @param {import('../pair').Pair} pair
 * @param {object} settings
 * @returns {Promise<object>} values by the keys of measures/index.js
 */
async function largeThroughput(pair, { largeMessages, bytes, perTick, warmUp: { checked } }) {
  await pair.send('flood', { count: checked, perTick, bytes, checkContent: true })
  const run = await pair.send('flood', { count: largeMessages, perTick, bytes })
  return {
    largeThroughput: largeMessages / ((run.lastAt - run.startedAt) / 1000),
    largeSenderCpu: run.senderCpuMicros / largeMessages,
    largeReceiverCpu: run.receiverCpuMicros / largeMessages
  }
}

module.exports = { throughput, largeThroughput }
