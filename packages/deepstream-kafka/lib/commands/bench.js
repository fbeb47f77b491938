'use strict'

const { ArgumentsError } = require('../arguments-error')
const { addConnectionOptions } = require('../connection')

/** @param {import('commander').Command} program */
module.exports = (program) => {
  const command = program
    .command('bench')
    .summary('measure what the Kafka cluster carries')
    .description(
      'Measures, between two processes on this machine, how long messages take at rising rates and how many go through at most, and says ' +
        'what servers need for that. It uses a Kafka topic of its own, which it removes at the end, and loads the brokers fully for a while.'
    )
  addConnectionOptions(command)
    .option('--seconds <n>', 'length of each measurement', whole('--seconds', 1, 600), 5)
    .option(
      '--message-bytes <n>',
      'size of a message as JSON',
      whole('--message-bytes', 100, 1000000),
      200
    )
    .option(
      '--servers <n>',
      'for how many deepstream servers to say what they need',
      whole('--servers', 2, 10000),
      3
    )
    .action((flags) => require('../bench').bench(flags))
}

function whole(name, min, max) {
  return (text) => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw new ArgumentsError(`${name} must be a whole number from ${min} to ${max}, not '${text}'.`)
  }
}
