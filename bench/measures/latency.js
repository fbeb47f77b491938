'use strict'

const { sorted, percentile, stalls } = require('../statistics')

/**
 * The percentiles of the curve, closer and closer to 100: evenly spaced by the share of messages that
 * took longer, from all of them to one in a thousand.
 */
const CURVE = Array.from({ length: 31 }, (_, index) => 100 * (1 - 10 ** (-index / 10)))

/**
 * One-way latency at a steady rate. It counts from the moment at which a message was due, so that a
 * sender that is held up does not hide the delay of the messages behind it.
 *
 * @param {import('../pair').Pair} pair
 * @param {object} settings
 * @returns {Promise<object>} `values` by the keys of measures/index.js, `curve` with the latency
 *   at each percentile of CURVE, and `stalls` one by one
 */
async function latency(pair, { rate, seconds, stallMs }) {
  const count = Math.round(rate * seconds)
  const run = await pair.send('pace', { count, rate, timestamps: true })
  const latenciesMs = new Float64Array(count)
  const lagsMs = new Float64Array(count)
  const transitsMs = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    const dueAt = run.startAt + index * run.intervalMs
    latenciesMs[index] = run.arrivedAt[index] - dueAt
    lagsMs[index] = run.publishedAt[index] - dueAt
    transitsMs[index] = run.arrivedAt[index] - run.publishedAt[index]
  }
  const [latencies, lags, transits] = [latenciesMs, lagsMs, transitsMs].map(sorted)
  const found = stalls(latenciesMs, stallMs).map(({ first, messages, worstMs }) => ({
    atSecond: (first * run.intervalMs) / 1000,
    messages,
    worstMs,
    lagMs: Math.max(...lagsMs.subarray(first, first + messages))
  }))
  return {
    values: {
      latencyP50: percentile(latencies, 50),
      latencyP99: percentile(latencies, 99),
      latencyP999: percentile(latencies, 99.9),
      latencyMax: percentile(latencies, 100),
      stalls: found.length,
      pacingLagP50: percentile(lags, 50),
      pacingLagP99: percentile(lags, 99),
      transitP50: percentile(transits, 50),
      transitP99: percentile(transits, 99),
      pacedSenderCpu: run.senderCpuMicros / count,
      pacedReceiverCpu: run.receiverCpuMicros / count
    },
    curve: CURVE.map((percent) => percentile(latencies, percent)),
    stalls: found
  }
}

module.exports = { latency, CURVE }
