'use strict'

const { Argument } = require('commander')
const { ArgumentsError } = require('../arguments-error')
const { addConnectionOptions, readConnection } = require('../connection')

const ACTIONS = { create, describe }

/** @param {import('commander').Command} program */
module.exports = (program) => {
  addConnectionOptions(
    program
      .command('topic')
      .summary('print the command that creates the Kafka topic, create it, or describe it')
      .description(
        "Without an action, prints the command of Kafka's own tools that creates the Kafka topic as the first server would. `create` " +
          'creates it, unless it is there; `describe` shows its partitions, their leaders and replicas, and whether its settings are ' +
          'as they should be. What the configuration file says of the topic counts (partitions, replicationFactor, retentionMs, ' +
          'maxMessageBytes).'
      )
      .addArgument(new Argument('[action]', 'what to do').choices(Object.keys(ACTIONS)))
  ).action((action, flags) => (ACTIONS[action] ?? printCommand)(flags))
}

function printCommand(flags) {
  const command = tools().topicCommand(chosen(flags))
  console.log(flags.json ? JSON.stringify({ command }) : command)
}

async function create(flags) {
  const options = chosen(flags)
  await tools().createTopic(options)
  const { topic } = options
  console.log(flags.json ? JSON.stringify({ topic }) : `The topic ${topic} is there.`)
}

/** Whoever wants a topic has to say which. */
function chosen(flags) {
  const { options } = readConnection(flags)
  if (options.topic == null)
    throw new ArgumentsError(
      'Which topic? Name it with --topic, or a configuration file with --config.'
    )
  return tools().readOptions(options)
}

async function describe(flags) {
  const { commandsFor } = require('../doctor/commands')
  const { SETTINGS, checkTopic } = require('../doctor/topic')
  const { inspectTopic } = require('../topic-choice')
  const looked = await inspectTopic(readConnection(flags).options, tools())
  const { inspection, options } = looked
  if (inspection.error) throw inspection.error
  const commands = commandsFor(options)
  const facts = { ...looked, commands, createCommand: tools().topicCommand(options) }
  const first = { id: 'topic', title: 'topic', check: checkTopic }
  const checks = [first, ...(inspection.topic ? SETTINGS : [])].map(({ id, title, check }) => {
    return { id, title, ...check(facts) }
  })
  if (flags.json) console.log(JSON.stringify({ topic: options.topic, ...inspection.topic, checks }))
  else printTopic(inspection.topic?.partitions ?? [], checks)
  if (!inspection.topic || checks.some(({ status }) => status === 'failed')) process.exitCode = 1
}

function printTopic(partitions, checks) {
  const { painter } = require('../paint')
  const { line } = require('../doctor/report')
  const style = [painter(), process.stdout.columns ?? 120]
  for (const check of checks) console.log(line(check, ...style))
  const row = (...cells) =>
    cells
      .map((cell) => String(cell).padEnd(11))
      .join('')
      .trimEnd()
  if (partitions.length > 0) console.log(`\n${row('partition', 'leader', 'replicas', 'in sync')}`)
  for (const { id, leader, replicas, inSync } of partitions)
    console.log(row(id, leader < 0 ? 'none' : leader, replicas.join(' '), inSync.join(' ')))
}

/** Loaded late, since it needs the addon. */
function tools() {
  return require('deepstream.io-msg-kafka/tools')
}
