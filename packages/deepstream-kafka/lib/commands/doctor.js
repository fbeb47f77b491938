'use strict'

const { addConnectionOptions, readConnection } = require('../connection')
const { painter } = require('../paint')

/** @param {import('commander').Command} program */
module.exports = (program) => {
  addConnectionOptions(
    program
      .command('doctor')
      .summary('find out what is wrong, and what to do about it')
      .description(
        'Looks at everything that the bus needs, from host names to the settings of the topic, sends messages there and back, and ' +
          'listens to the servers. Says what is wrong and which command mends it. It changes nothing, but writes some small records ' +
          'into the topic, which servers drop.'
      )
  )
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing failed (there may be warnings), 1 a check failed, 2 wrong arguments.'
    )
    .action(runDoctor)
}

async function runDoctor(flags) {
  const { examine } = require('../doctor/examine')
  const report = require('../doctor/report')
  const { options: given, server } = readConnection(flags)
  const product = {
    MessageConnector: require('deepstream.io-msg-kafka'),
    ...require('deepstream.io-msg-kafka/tools')
  }
  // The checks say what the connectors warn of.
  process.removeAllListeners('warning')
  const style = [painter(), process.stdout.columns ?? 120]
  const tell = (result) => {
    if (!flags.json && !result.because) console.log(report.line(result, ...style))
  }
  const examination = await examine({ given, server }, product, tell)
  if (flags.json) console.log(JSON.stringify(report.document(examination), null, 2))
  else
    console.log(
      [...report.unchecked(examination, ...style), '', report.verdict(examination, ...style)].join(
        '\n'
      )
    )
  if (examination.status === 'failed') process.exitCode = 1
}
