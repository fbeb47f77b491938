'use strict'

const { bold, cyan, dim, heading, print } = require('./terminal')

/**
 * Shows how to connect a client of one's own, and from then on whatever events it sends to server
 * A and arrive at client B.
 *
 * @param {object} b client of server B
 * @param {import('../harness/deepstream/server-process').ServerProcess} serverA
 * @param {import('./editions').Edition} edition
 * @param {string} address of the page
 */
function invite(b, serverA, { client, snippet }, address) {
  heading('Now you: open the page, and kill what you like')
  print(`    ${cyan(address)}`)
  heading('Or connect a client of your own, and watch this window')
  print(dim(`  npm install ${client}, then in node:`))
  print()
  for (const line of snippet(serverA.port)) print(`    ${line}`)
  print()
  print(`  It runs until you press ${bold('Ctrl-C')}.`)
  b.event.subscribe('chat', (data) => {
    print(`  ${cyan('-> B')} client B got your event 'chat': ${JSON.stringify(data)}`)
  })
}

module.exports = { invite }
