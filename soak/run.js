'use strict'

const path = require('node:path')
const { fork } = require('node:child_process')
const { randomUUID } = require('node:crypto')
const { eventually } = require('../harness/eventually')
const { KafkaCluster } = require('../harness/kafka')
const { withAdmin } = require('../harness/kafka/topics')

/** So often the figures are taken in each phase, after those of its beginning. */
const SAMPLES = 10

/**
 * @typedef {import('./figures').Figures & { phase: 'cycles' | 'workers', done: number }} Sample
 *
 * @typedef {object} Outcome
 * @property {Sample[]} samples
 * @property {string[]} errors that connectors emitted
 * @property {number} longestCloseMs from close() to 'close'
 * @property {number} longestTerminationMs of a worker
 * @property {number} tookMs all of it
 */

/**
 * Opens and closes connectors, and terminates workers that have some, on a real Kafka broker and in a process of their own.
 *
 * @param {object} options
 * @param {number} options.cycles how many connectors to open and close
 * @param {number} options.workers how many workers to terminate
 * @param {(sample: Sample) => void} [options.say] called with each sample
 * @returns {Promise<Outcome>}
 * @throws {Error} when something did not happen in time, or the process ended early
 */
async function run({ cycles, workers, say = () => {} }) {
  const start = performance.now()
  const kafka = await KafkaCluster.start()
  try {
    await untilGroupsWork(kafka)
    const topic = `soak-${randomUUID()}`
    const options = { connectionString: kafka.connectionString, topic }
    const outcome = await live({ options, cycles, workers, samples: SAMPLES }, say)
    return { ...outcome, tookMs: performance.now() - start }
  } finally {
    await kafka.stop()
  }
}

/**
 * A fresh broker on a busy machine takes a while until it coordinates groups. librdkafka connects a consumer to its
 * coordinator whenever there is one: if that came in the middle of a phase, it would look like a handle left behind.
 */
async function untilGroupsWork({ brokers }) {
  const addresses = brokers.map(({ address }) => address)
  const describe = () => withAdmin(addresses, (admin) => admin.describeGroups(['soak']))
  await eventually(describe, { timeoutMs: 60000, message: 'a broker to coordinate groups' })
}

/** @returns {Promise<Outcome>} when the process has ended by itself */
function live(argument, say) {
  const child = fork(path.join(__dirname, 'subject.js'), [JSON.stringify(argument)], {
    execArgv: ['--expose-gc', '--no-warnings']
  })
  const samples = []
  let end
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message.failure) reject(new Error(message.failure))
      if (message.end) end = message.end
      if (!message.sample) return
      samples.push(message.sample)
      say(message.sample)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (code === 0 && end) resolve({ samples, ...end })
      else reject(new Error(`The process ended early (${signal ?? `exit code ${code}`})`))
    })
  })
}

module.exports = { run }
