'use strict'

/** What the user wrote cannot be used, in the arguments or in the configuration file: ends the command with the exit code 2. */
class ArgumentsError extends Error {}

module.exports = { ArgumentsError }
