'use strict'

const { version } = require('../../package.json')

const STATES = ['connecting', 'ready', 'closing', 'closed']
const LINKS = ['none', 'flowing', 'doubtful', 'cutOff', 'leaderless', 'onlyOurs', 'denied']

/**
 * @typedef {object} Metric
 * @property {string} name after the prefix, see https://prometheus.io/docs/practices/naming/
 * @property {'gauge' | 'counter' | 'histogram'} type
 * @property {string} help
 * @property {(stats: object) => Sample[]} read
 *
 * @typedef {object} Sample
 * @property {number} value in seconds, bytes, or messages
 * @property {Record<string, string>} [labels] in addition to those that all have
 * @property {string} [suffix] of the name, for the parts of a histogram
 */

const gauge = (name, help, read) => ({ name, type: 'gauge', help, read })
const counter = (name, help, read) => ({ name: `${name}_total`, type: 'counter', help, read })
const one = (field) => (stats) => [{ value: stats[field] }]
const seconds = (field) => (stats) => [{ value: stats[field] / 1000 }]
const byPeer = (read) => (stats) =>
  stats.peers.map((peer) => ({ labels: { peer: peer.sender }, value: read(peer) }))

/** A metric for each field of stats(); index.d.ts explains them. */
const METRICS = [
  gauge('build_info', 'Always 1; the version of the package is a label.', () => [
    { labels: { version }, value: 1 }
  ]),
  gauge('state', 'Where in its life the connector is: 1 for the current state.', (stats) =>
    oneOf('state', STATES, stats.state)
  ),
  gauge('link', 'How Kafka can be reached: 1 for the current state.', (stats) =>
    oneOf('link', LINKS, stats.link)
  ),
  gauge(
    'link_since_timestamp_seconds',
    'Since when the link is in its current state.',
    seconds('linkSince')
  ),
  counter('published_messages', 'Messages accepted for publishing.', one('published')),
  counter('published_bytes', 'Bytes of their JSON texts.', one('publishedBytes')),
  counter(
    'publish_failed_messages',
    'Messages that were not accepted, or given up.',
    one('publishFailed')
  ),
  gauge('undelivered_messages', 'Messages not yet confirmed by Kafka.', one('undelivered')),
  gauge(
    'undelivered_age_seconds',
    'Age of the oldest message not yet confirmed by Kafka, 0 if there is none.',
    seconds('undeliveredMs')
  ),
  counter('received_messages', 'Messages read from Kafka, of any server.', one('received')),
  counter('received_bytes', 'Bytes of the records read from Kafka.', one('receivedBytes')),
  counter('delivered_messages', 'Messages passed on to deepstream.', one('delivered')),
  counter('filtered_messages', 'Messages dropped because nobody here wants them.', (stats) => [
    { labels: { reason: 'own' }, value: stats.filteredOwn },
    { labels: { reason: 'direct' }, value: stats.filteredDirect },
    { labels: { reason: 'unsubscribed' }, value: stats.filteredUnsubscribed }
  ]),
  counter('duplicate_messages', 'Messages dropped because they came before.', one('duplicates')),
  counter(
    'invalid',
    'Records and messages dropped because they are not of this bus.',
    one('invalid')
  ),
  counter('missed_messages', 'Messages of other servers that are lost here.', one('missed')),
  counter('disconnects', 'How often every broker was gone.', one('disconnects')),
  gauge('inbox_bytes', 'Bytes of messages that wait for JavaScript.', one('inboxBytes')),
  histogram(
    'delay_seconds',
    'How long messages were under way, from the time stamp of their record until they were read here.',
    'delay'
  ),
  histogram(
    'round_trip_seconds',
    'How long Kafka took to confirm records of this server.',
    'roundTrip'
  ),
  gauge('peers', 'How many other servers were heard in the last minutes.', (stats) => [
    { value: stats.peers.length }
  ]),
  gauge('peer_info', 'Always 1; the host of the other server is a label.', (stats) =>
    stats.peers.map(({ sender, host = '' }) => ({ labels: { peer: sender, host }, value: 1 }))
  ),
  gauge(
    'peer_last_seen_timestamp_seconds',
    'When the other server was last heard.',
    byPeer(({ lastSeen }) => lastSeen / 1000)
  ),
  counter(
    'peer_received_messages',
    'Messages read of the other server.',
    byPeer(({ received }) => received)
  ),
  counter(
    'peer_missed_messages',
    'Messages of the other server that are lost here.',
    byPeer(({ missed }) => missed)
  ),
  counter(
    'peer_duplicate_messages',
    'Messages of the other server dropped because they came before.',
    byPeer(({ duplicates }) => duplicates)
  )
]

function oneOf(label, names, current) {
  return names.map((name) => ({ labels: { [label]: name }, value: name === current ? 1 : 0 }))
}

/** Prometheus' buckets count everything up to their bound. */
function histogram(name, help, field) {
  const read = (stats) => {
    const { bounds, counts, sumMs } = stats[field]
    let count = 0
    const buckets = [...bounds.map((ms) => String(ms / 1000)), '+Inf'].map((le, index) => ({
      suffix: '_bucket',
      labels: { le },
      value: (count += counts[index])
    }))
    return [...buckets, { suffix: '_sum', value: sumMs / 1000 }, { suffix: '_count', value: count }]
  }
  return { name, type: 'histogram', help, read }
}

module.exports = { METRICS }
