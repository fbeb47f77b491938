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
  { key: 'largeSenderCpu', title: 'CPU of the sender, {bytes} bytes', unit: 'us/msg', digits: 2 },
  {
    key: 'largeReceiverCpu',
    title: 'CPU of the receiver, {bytes} bytes',
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

/** What else is measured for the pictures: the points of each series, from which follow the keys, such as nodes2. */
const SERIES = {
  nodes: [2, 4, 8, 16],
  bytes: [100, 1000, 10000, 100000, 1000000],
  topics: [1, 10, 100, 1000, 10000]
}

const SERIES_TITLES = {
  nodes: (count) => `throughput, ${count} nodes, all to all`,
  bytes: (count) => `throughput, messages of ${count} bytes`,
  topics: (count) => `throughput, ${count} deepstream topics`
}

for (const [series, points] of Object.entries(SERIES)) {
  for (const point of points) {
    const title = SERIES_TITLES[series](point.toLocaleString('en-US'))
    const unit = { unit: 'msg/s', digits: 0, moreIsBetter: true }
    MEASURES.push({ key: `${series}${point}`, title, ...unit })
  }
}

/** A load that the sizing rule was not made from, see sizing.js: what the rule says, and what is measured. */
const SIZING = {
  Cpu: { title: 'CPU of a process', unit: '%', digits: 1 },
  Out: { title: 'messages out', unit: 'kB/s', digits: 0 },
  In: { title: 'messages in', unit: 'kB/s', digits: 0 }
}

for (const [part, { title, ...unit }] of Object.entries(SIZING)) {
  for (const [suffix, how] of [
    ['Predicted', 'by the sizing rule'],
    ['Measured', 'as measured']
  ]) {
    const whole = `${title} at a load of its own, ${how}`
    MEASURES.push({ key: `sizing${part}${suffix}`, title: whole, ...unit, isAbsolute: true })
  }
}

/**
 * @param {object} measure
 * @param {object[]} repetitions of one bus
 * @returns {number[]|null} its value in each repetition; null when it was not measured of this bus
 */
function valuesOf({ key }, repetitions) {
  const values = repetitions.map((repetition) => repetition.values[key])
  return values.length > 0 && values.every((value) => value !== undefined) ? values : null
}

module.exports = { MEASURES, SERIES, valuesOf }
