'use strict'

/**
 * What is measured, in the order in which it is printed. `key` is the name in the JSON file;
 * `isAbsolute` marks those that a ratio to the reference says nothing about. Some are measured of some
 * buses only.
 */
const MEASURES = [
  {
    key: 'throughput',
    title: 'throughput, one sender, one receiver',
    unit: 'msg/s',
    digits: 0,
    moreIsBetter: true
  },
  {
    key: 'largeThroughput',
    title: 'the same, messages of {bytes} bytes',
    unit: 'msg/s',
    digits: 0,
    moreIsBetter: true
  },
  {
    key: 'allToAll',
    title: 'throughput, three nodes, all to all',
    unit: 'msg/s',
    digits: 0,
    moreIsBetter: true
  },
  { key: 'latencyP50', title: 'one-way latency at {rate} msg/s, p50', unit: 'ms', digits: 3 },
  { key: 'latencyP99', title: 'one-way latency at {rate} msg/s, p99', unit: 'ms', digits: 3 },
  { key: 'latencyP999', title: 'one-way latency at {rate} msg/s, p99.9', unit: 'ms', digits: 3 },
  { key: 'latencyMax', title: 'one-way latency at {rate} msg/s, max', unit: 'ms', digits: 2 },
  {
    key: 'stalls',
    title: 'stalls above {stallMs} ms in {seconds} s',
    unit: 'stalls',
    digits: 0,
    isAbsolute: true
  },
  {
    key: 'pacingLagP50',
    title: 'of it late sending (pacing lag), p50',
    unit: 'ms',
    digits: 3,
    isAbsolute: true
  },
  {
    key: 'pacingLagP99',
    title: 'of it late sending (pacing lag), p99',
    unit: 'ms',
    digits: 3,
    isAbsolute: true
  },
  { key: 'transitP50', title: 'from publish() to callback, p50', unit: 'ms', digits: 3 },
  { key: 'transitP99', title: 'from publish() to callback, p99', unit: 'ms', digits: 3 },
  { key: 'roundTripP50', title: 'round trip, one after the other, p50', unit: 'ms', digits: 3 },
  { key: 'floodSenderCpu', title: 'CPU of the sender, throughput run', unit: 'us/msg', digits: 2 },
  {
    key: 'floodReceiverCpu',
    title: 'CPU of the receiver, throughput run',
    unit: 'us/msg',
    digits: 2
  },
  {
    key: 'unreadCpu',
    title: 'CPU of a node for a message of a topic it is not subscribed to',
    unit: 'us/msg',
    digits: 3
  },
  {
    key: 'unreadShare',
    title: 'the same, as a share of the CPU of the receiver, throughput run',
    unit: '%',
    digits: 1,
    isAbsolute: true
  },
  {
    key: 'directCpu',
    title: 'CPU of a node for a direct message to another one',
    unit: 'us/msg',
    digits: 3
  },
  {
    key: 'directShare',
    title: 'the same, as a share of the CPU of the receiver, throughput run',
    unit: '%',
    digits: 1,
    isAbsolute: true
  },
  { key: 'pacedSenderCpu', title: 'CPU of the sender at {rate} msg/s', unit: 'us/msg', digits: 1 },
  {
    key: 'pacedReceiverCpu',
    title: 'CPU of the receiver at {rate} msg/s',
    unit: 'us/msg',
    digits: 1
  },
  {
    key: 'idleCpu',
    title: 'CPU of an idle connected process',
    unit: '%',
    digits: 2,
    isAbsolute: true
  },
  { key: 'loadMs', title: 'require()', unit: 'ms', digits: 1 },
  { key: 'readyMs', title: "construction to 'ready', topic exists", unit: 'ms', digits: 1 }
]

/**
 * @param {object} measure
 * @param {object[]} repetitions of one bus
 * @returns {number[]|null} its value in each repetition; null when it was not measured of this bus
 */
function valuesOf({ key }, repetitions) {
  const values = repetitions.map((repetition) => repetition.values[key])
  return values.length > 0 && values.every((value) => value !== undefined) ? values : null
}

module.exports = { MEASURES, valuesOf }
