'use strict'

/**
 * Tells what a tap has to say of its connection.
 *
 * @param {import('deepstream.io-msg-kafka/tools').Tap} tap
 * @param {(line: string) => void} [tell]
 * @returns {Promise<never>} rejects with what prevents reading, until it reads for the first time; later it recovers by itself
 */
function watch(tap, tell = console.error) {
  const teller =
    (kind) =>
    ({ code, message }) =>
      tell(`${kind}: ${code}: ${message}`)
  tap.on('warning', teller('warning'))
  return new Promise((_, reject) => {
    tap.on('error', reject)
    tap.once('ready', () => {
      tap.off('error', reject)
      tap.on('error', teller('error'))
    })
  })
}

module.exports = { watch }
