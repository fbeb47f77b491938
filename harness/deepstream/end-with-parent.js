'use strict'

/**
 * Ends this process as soon as its parent is gone; for scripts that the parent forks with
 * `execArgv: ['--require', <this file>]`. It does not keep the process alive.
 */

process.on('disconnect', () => process.exit())
process.channel.unref()
