'use strict'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * @returns {Promise<NodeJS.Signals>} when somebody ends the command: Ctrl-C, for instance. A second time it ends at once.
 */
function ended() {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, resolve)
  })
}

module.exports = { ended }
