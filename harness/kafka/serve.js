'use strict'

/**
 * Keeps a Kafka cluster running until Ctrl-C:
 *
 *   node harness/kafka/serve.js [number of brokers, 1]
 *
 * The one line on standard output is the setting that makes tests, benchmarks and the demo use it.
 */

const { KafkaCluster } = require('./index')

async function serve() {
  const brokers = Number(process.argv[2] ?? 1)
  if (!Number.isInteger(brokers) || brokers < 1) {
    throw new Error('usage: node harness/kafka/serve.js [number of brokers]')
  }
  const stopped = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve)
  })
  // This command is what sets it; a former value must not turn it into a command that starts
  // nothing.
  delete process.env.KAFKA_BROKERS
  const cluster = await KafkaCluster.start({ brokers })
  console.log(`KAFKA_BROKERS=${cluster.connectionString}`)
  console.error('Kafka is running; Ctrl-C stops it and removes its data.')
  // A pending promise does not keep a process alive, and neither do the brokers.
  const alive = setInterval(() => {}, 2 ** 30)
  await stopped
  clearInterval(alive)
  await cluster.stop()
}

serve().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
