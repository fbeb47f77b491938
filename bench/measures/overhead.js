'use strict'

const { Participant } = require('../participant')
const { node } = require('../participant/process')

/**
 * What the benchmark itself costs in CPU time, since its making, pacing and checking of messages
 * happens in the processes that are measured. It is a part of every bus's figures, as is JSON, of which this
 * measures what it takes by itself.
 *
 * @param {object} settings
 * @returns {Promise<{floodSenderCpu: number, floodReceiverCpu: number, pacedSenderCpu: number,
 *   stringifyMicros: number, parseMicros: number}>} microseconds per message, the first three under the keys of
 *   measures/index.js
 */
async function overhead({ messages, perTick, rate, warmUp: { pacedSeconds } }) {
  const alone = new Participant('process that measures the benchmark', node([]))
  const paced = Math.round(rate * pacedSeconds)

  const cost = async (manner, count) => {
    const before = await alone.ask('usage')
    await alone.ask(manner, { first: alone.numbers.take(count), count, perTick, rate })
    const after = await alone.ask('usage')
    return (after.cpuMicros - before.cpuMicros) / count
  }

  try {
    await alone.ask('connect', { bus: 'nothing' })
    await cost('flood', messages)
    const floodSenderCpu = await cost('flood', messages)
    const pacedSenderCpu = await cost('pace', paced)
    await alone.ask('listen', { firsts: [alone.numbers.first] })
    await cost('flood', messages)
    const floodReceiverCpu = Math.max(0, (await cost('flood', messages)) - floodSenderCpu)
    await alone.ask('json', { count: messages, perTick })
    const json = await alone.ask('json', { count: messages, perTick })
    return { floodSenderCpu, floodReceiverCpu, pacedSenderCpu, ...json }
  } finally {
    await alone.stop()
  }
}

module.exports = { overhead }
