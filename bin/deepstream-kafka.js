#!/usr/bin/env node
'use strict'

const USAGE = `Usage: deepstream-kafka broker [--topic NAME]...

Runs an in-memory development broker for the deepstream servers of this machine, until Ctrl-C, and prints the
connectionString to use with it. For trying out and for tests: it has no security and forgets everything at its end.

  --topic NAME  creates this Kafka topic with one partition (default: those that deepstream servers use by default)`

/** Topics of the message connector and of the cluster node. */
const DEFAULT_TOPICS = ['deepstream-msg', 'deepstream-cluster']

function main([command, ...rest]) {
  if (command === '--help' || command === '-h') return console.log(USAGE)
  const topics = command === 'broker' ? readTopics(rest) : undefined
  if (!topics) {
    console.error(USAGE)
    process.exitCode = 2
    return
  }
  runBroker(topics)
}

/** @returns {string[] | undefined} undefined if the arguments are wrong */
function readTopics(args) {
  const topics = []
  for (let at = 0; at < args.length; at += 2) {
    if (args[at] !== '--topic' || !args[at + 1]) return undefined
    topics.push(args[at + 1])
  }
  return topics.length > 0 ? topics : DEFAULT_TOPICS
}

function runBroker(topics) {
  const engine = require('../lib/engine')
  const broker = new engine.NativeDevBroker()
  for (const topic of topics) broker.createTopic(topic, 1)
  console.log(`connectionString: embedded:${broker.address.split(':').pop()}`)
  // The broker lives in threads of its own, which do not keep the process alive.
  const alive = setInterval(() => broker.address, 60000)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      clearInterval(alive)
      process.exit(0)
    })
  }
}

main(process.argv.slice(2))
