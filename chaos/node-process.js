'use strict'

/**
 * A process with one Participant, which does what its parent asks over IPC. Requests are
 * `{ id, call, args }`, answers `{ id, result }` or `{ id, error }`. It ends with its parent.
 */

const { Participant } = require('./participant')

const [index, options] = process.argv.slice(2).map((text) => JSON.parse(text))
const participant = new Participant(index, options)

process.on('message', async ({ id, call, args }) => {
  try {
    process.send({ id, result: await participant[call](...args) })
  } catch (error) {
    process.send({ id, error: error.stack })
  }
})

process.on('disconnect', () => process.exit())
