'use strict'

const { randomBytes } = require('node:crypto')
const { ArgumentsError } = require('../arguments-error')
const { readConnection } = require('../connection')
const { ended } = require('../ending')
const { Participant } = require('./participant')
const { Progress } = require('./progress')
const { needs, report } = require('./report')

/** Messages a second of the measurements before the last, which is as fast as it goes. */
const RATES = [100, 1000, 10000]
/** What a shell says of a command that Ctrl-C ended. */
const INTERRUPTED = 130

/**
 * @typedef {object} Measurement
 * @property {number | null} rate messages a second that were to be sent; null for as many as go
 * @property {number} perSecond messages a second that arrived
 * @property {number | null} p50Ms how long half of them took at most, one way; null at full speed, when they queue
 * @property {number | null} p99Ms
 * @property {number} senderCpu share of a core
 * @property {number} receiverCpu
 */

/**
 * @param {object} flags of commander
 * @throws {Error} if messages do not arrive, or not once and in order
 */
async function bench(flags) {
  const { createTopic, deleteTopic, readOptions } = require('deepstream.io-msg-kafka/tools')
  const { seconds, messageBytes, servers, json } = flags
  const given = { ...readConnection(flags).options }
  const topic = `deepstream-bench-${randomBytes(6).toString('hex')}`
  // The servers of the configuration file may be serving their metrics there.
  delete given.metrics
  const options = { ...given, topic }
  const checked = readOptions(options)
  if (checked.connectionString.startsWith('embedded'))
    throw new ArgumentsError('The embedded broker is for development: its speed says nothing.')

  const progress = new Progress(RATES.length + 1, seconds)
  const interrupted = ended()
  await createTopic(checked)
  const participants = [new Participant(options), new Participant(options)]
  let measured
  try {
    const measuring = measure(participants, flags, progress)
    measured = await Promise.race([measuring, interrupted.then(() => undefined)])
  } finally {
    progress.end()
    for (const each of participants) each.end()
    await deleteTopic(checked)
  }
  if (measured === undefined) {
    console.error(`The bench was interrupted; its topic ${topic} is removed.`)
    process.exit(INTERRUPTED)
  }
  const result = { ...measured, needs: needs(measured, servers) }
  const settings = { topic, seconds, messageBytes, servers }
  if (json) console.log(JSON.stringify({ ...settings, ...result }))
  else console.log(report(result, settings))
}

/** @returns {Promise<{measurements: Measurement[], bytesPerMessage: number}>} */
async function measure(participants, { seconds, messageBytes }, progress) {
  const [sender, receiver] = participants
  await Promise.all(participants.map((each) => each.ask('start')))
  // Connections are warm, and code is compiled.
  await step({ sender, receiver, rate: RATES[1], seconds: 1, messageBytes })
  const measurements = []
  for (const rate of [...RATES, null]) {
    progress.begin(rate)
    measurements.push(await step({ sender, receiver, rate, seconds, messageBytes }))
  }
  const { bytesPerMessage } = await receiver.ask('finish')
  return { measurements, bytesPerMessage }
}

/** @returns {Promise<Measurement>} */
async function step({ sender, receiver, rate, seconds, messageBytes }) {
  await receiver.ask('expect')
  const sent = await sender.ask('send', { rate, seconds, messageBytes })
  const { messages, ms, p50Ms, p99Ms, cpu } = await receiver.ask('arrived', { count: sent.count })
  const isLate = rate === null
  return {
    rate,
    perSecond: Math.round((messages / ms) * 1000),
    p50Ms: isLate ? null : p50Ms,
    p99Ms: isLate ? null : p99Ms,
    senderCpu: sent.cpu,
    receiverCpu: cpu
  }
}

module.exports = { bench }
