'use strict'

const { addConnectionOptions } = require('../connection')

/** @param {import('commander').Command} program */
module.exports = (program) => {
  const command = program
    .command('top')
    .summary('show how the servers and the bus do')
    .description(
      'Shows, once a second: the servers with what they send, when they were heard, what of them is lost, and whether two have one name; ' +
        "deepstream's topics by their share; how quickly the brokers answer, and how long messages take. Only reads. Until q or Ctrl-C."
    )
  addConnectionOptions(command)
    .option('--once', 'listen for six seconds and print that, also where there is no terminal')
    .action((flags) => require('../top').top(flags))
}
