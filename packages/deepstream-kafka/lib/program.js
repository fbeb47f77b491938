'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { Command } = require('commander')
const { version } = require('../package.json')
const { ArgumentsError } = require('./arguments-error')

/** Each file here is a command: a function that adds it to the program. */
const COMMANDS = path.join(__dirname, 'commands')

const FAILURE = 1
const WRONG_ARGUMENTS = 2

/** What deepstream.io-msg-kafka throws when options are wrong. */
const WRONG_OPTIONS = ['ERR_KAFKA_OPTION', 'ERR_KAFKA_PROPERTY', 'ERR_KAFKA_ZOOKEEPER']

/**
 * Runs the command line. Its exit code is 2 if the arguments or the configuration are wrong, and 1 if what they ask for fails.
 *
 * @param {string[]} argv as process.argv
 * @returns {Promise<void>}
 */
async function run(argv) {
  const program = new Command('deepstream-kafka')
    .description('Tools for deepstream servers that are connected over Apache Kafka.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .addHelpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('deepstream-kafka --help lists what there is.')
    .allowExcessArguments(false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_ARGUMENTS))
  for (const file of fs.readdirSync(COMMANDS)) require(path.join(COMMANDS, file))(program)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    console.error(`error: ${error.code ? `${error.code}: ` : ''}${error.message}`)
    const isWrong = error instanceof ArgumentsError || WRONG_OPTIONS.includes(error.code)
    process.exitCode = isWrong ? WRONG_ARGUMENTS : FAILURE
  }
}

module.exports = { run }
