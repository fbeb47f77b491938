'use strict'

/**
 * @typedef {object} NodeResult what one node saw
 * @property {Uint8Array} senders see Reception in checker.js
 * @property {Uint32Array} numbers likewise
 * @property {number} damaged messages that arrived, and are not what was sent
 * @property {{ ms: number, fromMs: number }} silence the longest time without a message, and when it
 *   began (Date.now())
 * @property {Record<string, { count: number, first: string }>} troubles the errors and warnings that
 *   the node emitted, by code, with the first one's text
 * @property {object} stats of the connector
 */

/**
 * @typedef {object} FaultRecord a fault that happened
 * @property {string} kind
 * @property {string} what
 * @property {number} atMs after the start
 * @property {number} tookMs
 */

/**
 * @typedef {object} Outcome of a run
 * @property {number} seed
 * @property {number} startedMs Date.now()
 * @property {number} publishedMs how long messages were published
 * @property {FaultRecord[]} faults
 * @property {string[]} names of the nodes
 * @property {number[]} sent messages by node
 * @property {NodeResult[]} results by node
 * @property {string | undefined} unsettled what was waited for in vain after the end
 * @property {import('./checker').Verdict} verdict
 */

/** What a node says when messages are lost to it. */
const LOSS = 'ERR_KAFKA_RECORDS_MISSED'

/**
 * @param {Outcome} outcome
 * @returns {string[]} all that is wrong; without any the run has passed
 */
function failures({ names, results, unsettled, verdict }) {
  const lines = [
    ...describe(verdict.lost, 'lost'),
    ...describe(verdict.doubled, 'doubled'),
    ...describe(verdict.outOfOrder, 'out of order'),
    ...describe(verdict.unexpected, 'that it was not to get')
  ]
  for (const { receivers, count, messages } of verdict.disagreements) {
    const which = messages.map(({ sender, number }) => `${sender}'s ${number}`)
    const where = receivers.join(' and ')
    lines.push(`${count} messages in different orders at ${where}: ${some(which, count)}`)
  }
  results.forEach(({ damaged, troubles }, node) => {
    if (damaged > 0) lines.push(`${damaged} damaged messages at ${names[node]}`)
    const lost = troubles[LOSS]
    if (lost) lines.push(`${names[node]} says that messages are lost: ${lost.first}`)
  })
  if (unsettled) lines.push(unsettled)
  return lines
}

/**
 * @param {import('./checker').Finding[]} findings
 * @param {string} title
 * @returns {string[]} one line for all receivers to which the same happened
 */
function describe(findings, title) {
  const receivers = new Map()
  for (const { sender, receiver, count, numbers } of findings) {
    const what = `${count} messages of ${sender} ${title} (${some(numbers, count)})`
    receivers.set(what, [...(receivers.get(what) ?? []), receiver])
  }
  return Array.from(receivers, ([what, names]) => `${what} at ${names.join(', ')}`)
}

/**
 * @param {Outcome} outcome
 * @returns {string} the whole report
 */
function report(outcome) {
  const { seed, startedMs, publishedMs, faults, names, sent, results, verdict } = outcome
  const total = sent.reduce((sum, count) => sum + count, 0)
  const lines = [
    '',
    `seed ${seed}, ${total} messages in ${seconds(publishedMs)}, ${faults.length} faults`,
    ...faults.map(
      ({ atMs, tookMs, kind, what }) =>
        `  at ${seconds(atMs)}, ${seconds(tookMs)}: ${kind}, ${what}`
    )
  ]
  results.forEach(({ numbers, silence, troubles, stats }, node) => {
    const at = seconds(silence.fromMs - startedMs)
    lines.push(
      '',
      `${names[node]} sent ${sent[node]}, got ${numbers.length}`,
      `  longest silence ${seconds(silence.ms)}, at ${at}`
    )
    for (const [code, { count, first }] of Object.entries(troubles)) {
      lines.push(`  ${count} x ${code}: ${first.split('\n')[0]}`)
    }
    const counters = Object.entries(stats).map(([name, value]) => `${name} ${value}`)
    lines.push(`  stats: ${counters.join(', ')}`)
  })
  const wrong = failures(outcome)
  const sums = [
    `${sumOf(verdict.lost)} lost`,
    `${sumOf(verdict.doubled)} doubled`,
    `${sumOf(verdict.outOfOrder)} out of order`,
    verdict.disagreements.length > 0 ? 'no total order' : 'one total order'
  ]
  const head = wrong.length > 0 ? `FAILED with seed ${seed}` : 'PASSED'
  return [...lines, '', `${head}: ${sums.join(', ')}`, ...wrong.map((it) => `  ${it}`)].join('\n')
}

/**
 * @param {import('./checker').Finding[]} findings
 * @returns {number} messages, counted at each receiver
 */
function sumOf(findings) {
  return findings.reduce((sum, { count }) => sum + count, 0)
}

/** @returns {string} the list, and that there are more if there are */
function some(list, count) {
  return `${list.join(', ')}${count > list.length ? ', ...' : ''}`
}

/** @returns {string} */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`
}

module.exports = { failures, report, seconds }
