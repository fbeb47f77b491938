'use strict'

/**
 * A generation of deepstream that the demo can show; all that differs between them is here.
 *
 * @typedef {object} Edition
 * @property {string} major what the environment's DEEPSTREAM calls it
 * @property {string} version of its servers
 * @property {string} plugins what its servers call the plugin that this package is, in the plural
 * @property {string} client the npm package that a client of one's own needs
 * @property {(port: number) => string[]} snippet what connects it, line by line. Its record is the
 *   one that showRecord() left, its procedure the one that showCall() left at client B.
 */

/** @type {Edition[]} the first is shown when nothing else is asked for */
const EDITIONS = [
  {
    major: '1',
    version: '1.1.1',
    plugins: 'message connectors',
    client: 'deepstream.io-client-js@1.1.1',
    snippet: (port) => [
      `const deepstream = require('deepstream.io-client-js')`,
      `const client = deepstream('127.0.0.1:${port}').login()`,
      `client.event.emit('chat', 'Hello from my own client')`,
      `client.record.getRecord('weather').subscribe((data) => console.log(data), true)`,
      `client.rpc.make('double', 4, (error, answer) => console.log(error || answer))`
    ]
  },
  {
    major: '7',
    version: '7.0.2',
    plugins: 'cluster nodes',
    client: '@deepstream/client@7.0.5',
    snippet: (port) => [
      `const { DeepstreamClient } = require('@deepstream/client')`,
      `const client = new DeepstreamClient('ws://127.0.0.1:${port}/deepstream')`,
      `await client.login()`,
      `client.event.emit('chat', 'Hello from my own client')`,
      `client.record.getRecord('weather').subscribe((data) => console.log(data), true)`,
      `await client.rpc.make('double', 4)`
    ]
  }
]

/**
 * @param {string} [major] e.g. `7`; nothing or an empty text means the first edition
 * @returns {Edition}
 * @throws {Error} when there is no such edition
 */
function editionOf(major) {
  const edition = EDITIONS.find((each) => each.major === (major || EDITIONS[0].major))
  if (edition) return edition
  const choices = EDITIONS.map((each) => `${each.major} (deepstream ${each.version})`)
  throw new Error(`DEEPSTREAM is '${major}'; it can be ${choices.join(' or ')}`)
}

module.exports = { editionOf }
