'use strict'

const { number, counted, bytes, table } = require('../figures')
const { cut, visible } = require('../text')

/** Lines that the headings take, and the least that the topics get. */
const FRAME = 7
const FEWEST_TOPICS = 3
const LIFE_DIGITS = 8
const BAR = 20
/** Deepstream's servers say something every five seconds. */
const QUIET_MS = 6000

/**
 * @param {object} view of View.take(), with `topic` and `roundTripMs` or `roundTripError`
 * @param {Record<string, (text: string) => string>} paint
 * @param {{ columns?: number, rows?: number }} [size] of the terminal; without it everything is shown
 * @returns {string[]} lines
 */
function screen(view, paint, { columns = Infinity, rows = Infinity } = {}) {
  const now = Date.parse(view.time)
  const news = warnings(view)
  const room = rows - FRAME - news.length
  const topicRows = Math.max(FEWEST_TOPICS, room - view.nodes.length)
  const nodes = limited(
    nodeTable(view.nodes, now),
    Math.max(1, room - Math.min(topicRows, view.topics.length))
  )
  const topics = limited(topicTable(view.topics), topicRows)
  const styled = [
    ...summary(view).map((line) => [line, paint.bold]),
    ['', paint.dim],
    ...nodes.map((line, index) => [
      line,
      index === 0 ? paint.dim : styleOf(view.nodes[index - 1], now, paint)
    ]),
    ['', paint.dim],
    ...topics.map((line, index) => [line, index === 0 ? paint.dim : String]),
    ...news.map((line) => [line, paint.yellow])
  ]
  return styled.slice(0, rows).map(([line, style]) => style(cut(line, columns)))
}

function summary({ topic, nodes, messagesPerSecond, bytesPerSecond, roundTripMs, delayMs, time }) {
  const at = new Date(time).toTimeString().slice(0, 8)
  const delay = delayMs ? `p50 ${number(delayMs.p50)} ms, p99 ${number(delayMs.p99)} ms` : '-'
  const trip = roundTripMs == null ? '-' : `${number(roundTripMs)} ms`
  return [
    `${at}  ${topic}: ${counted(nodes.length, 'node')}, ${number(messagesPerSecond)} messages/s, ${bytes(bytesPerSecond)}/s`,
    `broker round trip ${trip}, delay from server to server ${delay}`
  ]
}

function nodeTable(nodes, now) {
  const rows = nodes.map((node) => [
    visible(node.name === undefined ? node.sender : `${node.name} (${node.sender})`),
    visible(node.hosts.join(', ') || '-'),
    node.life.slice(0, LIFE_DIGITS),
    number(node.messagesPerSecond),
    `${bytes(node.bytesPerSecond)}/s`,
    `${number(Math.max(0, now - node.lastSeen) / 1000)} s ago`,
    String(node.lost)
  ])
  return table(
    [['node', 'host', 'life', 'messages/s', 'bytes/s', 'seen', 'lost'], ...rows],
    'lllrrrr'
  )
}

function topicTable(topics) {
  const rows = topics.map(({ topic, messagesPerSecond, share }) => [
    visible(topic),
    number(messagesPerSecond),
    `${Math.round(100 * share)} %`,
    '#'.repeat(Math.round(BAR * share))
  ])
  return table([['deepstream topic', 'messages/s', 'share', ''], ...rows], 'lrrl')
}

/** The headings and as many rows as there is room for. */
function limited(lines, room) {
  if (lines.length - 1 <= room) return lines
  return [...lines.slice(0, room), `… and ${lines.length - room} more`]
}

function styleOf(node, now, paint) {
  if (node?.isDoubled || node?.lost > 0) return paint.red
  return node && now - node.lastSeen > QUIET_MS ? paint.dim : String
}

function warnings({ nodes, clocks, skipped, unreadable, roundTripError, trouble }) {
  const doubled = nodes.filter(({ isDoubled }) => isDoubled)
  return [
    ...(trouble ? [visible(trouble)] : []),
    ...doubled.map(
      ({ sender, hosts }) =>
        `Two servers have the name ${visible(sender)}: ${visible(hosts.join(' and ')) || 'their hosts are not known yet'}.`
    ),
    ...clocks.map(
      ({ sender, aheadMs }) =>
        `The clock of ${visible(sender)} is ${number(Math.abs(aheadMs))} ms ${aheadMs > 0 ? 'ahead of' : 'behind'} the others: its delays are wrong.`
    ),
    ...(roundTripError ? [`The broker does not answer: ${visible(roundTripError)}`] : []),
    ...(unreadable > 0
      ? [`${counted(unreadable, 'record')} cannot be read: not of this bus, or of a later format.`]
      : []),
    ...(skipped > 0
      ? [`${counted(skipped)} skipped here, since they came faster than they can be read.`]
      : [])
  ]
}

module.exports = { screen }
