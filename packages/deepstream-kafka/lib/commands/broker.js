'use strict'

const { DEFAULT_TOPICS } = require('../connection')

/** @param {import('commander').Command} program */
module.exports = (program) => {
  program
    .command('broker')
    .summary('run an in-memory development broker')
    .description(
      'Runs an in-memory development broker for the deepstream servers of this machine, until Ctrl-C, and prints the ' +
        'connectionString to use with it. For trying out and for tests: it has no security and forgets everything at its end.'
    )
    .option(
      '--topic <name>',
      'create this Kafka topic with one partition, instead of those that deepstream servers use by default; may be repeated',
      (name, others = []) => [...others, name]
    )
    .action(({ topic: topics = Object.values(DEFAULT_TOPICS) }) => runBroker(topics))
}

function runBroker(topics) {
  const { startDevBroker } = require('deepstream.io-msg-kafka/dev-broker')
  const connectionString = startDevBroker(topics)
  console.log(`connectionString: ${connectionString}`)
  // The broker lives in threads of its own, which do not keep the process alive.
  const alive = setInterval(() => {}, 60000)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      clearInterval(alive)
      process.exit(0)
    })
  }
}
