'use strict'

/**
 * A participant: a process with one connector, which does what its parent asks over IPC. Requests
 * are `{id, call, argument}`, answers `{id, result}` or `{id, error}`. It ends with its parent.
 */

const { Calls } = require('./calls')

const calls = new Calls()

process.on('message', async ({ id, call, argument }) => {
  try {
    process.send({ id, result: await calls[call](argument) })
  } catch (error) {
    process.send({ id, error: error.message })
  }
})

process.on('disconnect', () => process.exit())
