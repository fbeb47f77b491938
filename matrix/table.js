'use strict'

const { titleOf } = require('./brokers')

const [BEGIN, END] = ['<!-- matrix -->', '<!-- /matrix -->']

/**
 * @param {import('./run').Result[]} results
 * @param {string} machine on which they came out
 * @param {Date} date
 * @returns {string} Markdown
 */
function table(results, machine, date) {
  const nodes = [...new Set(results.map(({ node }) => node))]
  const brokers = [...new Set(results.map(({ broker }) => broker))]
  const passed = results.filter(({ failure }) => !failure).length
  const cell = (broker, node) => {
    const result = results.find((each) => each.broker === broker && each.node === node)
    return result.failure ? 'fails' : 'passes'
  }
  const row = (cells) => `| ${cells.join(' | ')} |`
  return [
    row(['', ...nodes.map((node) => `Node ${node}`)]),
    row(['---', ...nodes.map(() => '---')]),
    ...brokers.map((broker) => row([titleOf(broker), ...nodes.map((node) => cell(broker, node))])),
    '',
    `\`npm run matrix\` on ${date.toISOString().slice(0, 10)}, ${machine}: ${passed} of ${results.length} pass.`
  ].join('\n')
}

/**
 * @param {string} document with the two markers
 * @param {string} content
 * @returns {string} the document with the content between its markers
 * @throws {Error} if they are not there
 */
function insert(document, content) {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`The document has no ${BEGIN} before an ${END}`)
  return `${document.slice(0, begin + BEGIN.length)}\n\n${content}\n\n${document.slice(end)}`
}

module.exports = { insert, table }
