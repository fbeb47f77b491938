'use strict'

const { bold, cyan, dim, heading, print } = require('./terminal')

/**
 * Shows how to connect a client of one's own, and from then on whatever events it sends to server
 * A and arrive at client B.
 *
 * @param {object} b client of server B
 * @param {import('../harness/deepstream/server-process').ServerProcess} serverA
 */
function invite(b, serverA) {
  heading('Now you: connect a client of your own, and watch this window')
  print(dim('  npm install deepstream.io-client-js@1.1.1, then in node:'))
  print()
  for (const line of snippet(serverA.port)) print(`    ${line}`)
  print()
  print(`  It runs until you press ${bold('Ctrl-C')}.`)
  b.event.subscribe('chat', (data) => {
    print(`  ${cyan('-> B')} client B got your event 'chat': ${JSON.stringify(data)}`)
  })
}

/** The procedure in the last line is the one that showCall() left at client B. */
function snippet(port) {
  return [
    `const deepstream = require('deepstream.io-client-js')`,
    `const client = deepstream('127.0.0.1:${port}').login()`,
    `client.event.emit('chat', 'Hello from my own client')`,
    `client.record.getRecord('weather').subscribe((data) => console.log(data), true)`,
    `client.rpc.make('double', 4, (error, answer) => console.log(error || answer))`
  ]
}

module.exports = { invite }
