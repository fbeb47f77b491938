'use strict'

const { table } = require('../figures')

/** Messages a second of a whole cluster for which it is said what servers need, as far as they were reached. */
const LOADS = [1000, 10000, 50000, 100000, 200000, 500000]

/**
 * What each server of a cluster needs: it publishes its part of the messages, reads all of them, and hands on those of the others.
 *
 * @param {{measurements: import('.').Measurement[], bytesPerMessage: number}} measured
 * @param {number} servers
 * @returns {{messagesPerSecond: number, cpu: number, bytesInPerSecond: number, bytesOutPerSecond: number}[]} for each load; `cpu` is the
 *   share of a core
 */
function needs({ measurements, bytesPerMessage }, servers) {
  const most = measurements.at(-1).perSecond
  return LOADS.filter((load) => load <= most).map((load) => {
    const sent = load / servers
    return {
      messagesPerSecond: load,
      cpu: at(sent, measurements, 'senderCpu') + at(load - sent, measurements, 'receiverCpu'),
      bytesInPerSecond: load * bytesPerMessage,
      bytesOutPerSecond: sent * bytesPerMessage
    }
  })
}

/** The processor time at a rate, in a straight line between the measurements below and above it. */
function at(rate, measurements, field) {
  const above = measurements.findIndex(({ perSecond }) => perSecond >= rate)
  const high = measurements[above] ?? measurements.at(-1)
  const low = measurements[above - 1] ?? { perSecond: 0, [field]: 0 }
  const part = (rate - low.perSecond) / (high.perSecond - low.perSecond)
  return low[field] + part * (high[field] - low[field])
}

/** @returns {string} for people */
function report({ measurements, needs: all }, { seconds, messageBytes, servers }) {
  const number = new Intl.NumberFormat('en')
  const ms = (value) => (value === null ? 'queued' : `${value.toFixed(value < 10 ? 2 : 0)} ms`)
  const percent = (share) => `${(share * 100).toFixed(1)} %`
  const rate = (bytes) => `${(bytes / 1e6).toFixed(2)} MB/s`
  const measuredRows = measurements.map((each) => [
    number.format(each.perSecond),
    ms(each.p50Ms),
    ms(each.p99Ms),
    percent(each.senderCpu),
    percent(each.receiverCpu)
  ])
  const needRows = all.map((need) => [
    number.format(need.messagesPerSecond),
    percent(need.cpu),
    rate(need.bytesInPerSecond),
    rate(need.bytesOutPerSecond)
  ])
  return [
    `Messages of ${messageBytes} bytes from one process to another, ${seconds} s each; all arrived once and in order.`,
    '',
    ...table(
      [['messages/s', 'p50', 'p99', 'sender CPU', 'receiver CPU'], ...measuredRows],
      'rrrrr'
    ),
    '',
    `If ${servers} servers publish so many messages in all, and each wants all of them, the bus needs at each server:`,
    '',
    ...table([['messages/s', 'CPU of a core', 'in', 'out'], ...needRows], 'rrrr')
  ].join('\n')
}

module.exports = { needs, report }
