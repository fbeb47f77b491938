'use strict'

const { addConnectionOptions } = require('../connection')

/** For options that may be repeated. */
const several = (value, others = []) => [...others, value]

/** @param {import('commander').Command} program */
module.exports = (program) => {
  const command = program
    .command('tail')
    .summary('show the messages on the bus')
    .description(
      'Shows the messages on the bus as they come, decoded: time, sender and addressee, topic and action of deepstream, name, payload. ' +
        'Only reads. Until Ctrl-C.'
    )
  addConnectionOptions(command)
    .option(
      '--node <name>',
      'only messages from or for this server: its serverName, clientId or id on the bus; may be repeated, as the next two',
      several
    )
    .option(
      '--deepstream-topic <name>',
      'only messages of this topic of deepstream, such as EVENT, E or 4',
      several
    )
    .option('--action <name>', 'only messages with this action, such as EMIT, EVT or 2', several)
    .option('--text <text>', 'only messages that contain this text')
    .option(
      '--since <time>',
      'begin so long ago, such as 30s, 5m or 2h, or at a time such as 2026-01-31T12:00:00Z'
    )
    .action((flags) => require('../tail').tail(flags))
}
