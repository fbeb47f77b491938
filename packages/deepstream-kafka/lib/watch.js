'use strict'

/**
 * Tells on the standard error what a tap has to say of its connection.
 *
 * @param {import('deepstream.io-msg-kafka/tools').Tap} tap
 * @returns {Promise<never>} rejects with what prevents reading, until it reads for the first time; later it recovers by itself
 */
function watch(tap) {
  tap.on('warning', (warning) => tell('warning', warning))
  return new Promise((_, reject) => {
    const fail = reject
    tap.on('error', fail)
    tap.once('ready', () => {
      tap.off('error', fail)
      tap.on('error', (error) => tell('error', error))
    })
  })
}

function tell(kind, { code, message }) {
  console.error(`${kind}: ${code}: ${message}`)
}

module.exports = { watch }
