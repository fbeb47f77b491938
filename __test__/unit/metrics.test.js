'use strict'

const { Registry } = require('prom-client')
const { collect } = require('../../lib/metrics/collect')
const { version } = require('../../package.json')
const { statsWith } = require('../support/stats')

/** @returns {Promise<string[]>} the samples of a registry with the metrics of these sources */
async function samples(...sources) {
  const registry = new Registry()
  for (const source of sources) collect(registry, source)
  return lines(await registry.metrics())
}

function lines(text) {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

const source = (changes) => ({ stats: () => statsWith(changes) })

test('every field of stats() is a sample, in base units and with the labels topic and sender', async () => {
  const found = (await samples(source())).map((line) =>
    line
      .replace('deepstream_kafka_', '')
      .replace('topic="a-topic",sender="server 1"', '')
      .replace('{,', '{')
      .replace('{}', '')
  )
  expect(found).toEqual([
    `build_info{version="${version}"} 1`,
    'state{state="connecting"} 0',
    'state{state="ready"} 1',
    'state{state="closing"} 0',
    'state{state="closed"} 0',
    'link{link="none"} 0',
    'link{link="flowing"} 1',
    'link{link="doubtful"} 0',
    'link{link="cutOff"} 0',
    'link{link="leaderless"} 0',
    'link{link="onlyOurs"} 0',
    'link{link="denied"} 0',
    'link_since_timestamp_seconds 1790000000.5',
    'published_messages_total 11',
    'published_bytes_total 1100',
    'publish_failed_messages_total 1',
    'undelivered_messages 2',
    'undelivered_age_seconds 0.25',
    'received_messages_total 31',
    'received_bytes_total 3100',
    'delivered_messages_total 20',
    'filtered_messages_total{reason="own"} 3',
    'filtered_messages_total{reason="direct"} 4',
    'filtered_messages_total{reason="unsubscribed"} 1',
    'duplicate_messages_total 3',
    'invalid_total 5',
    'missed_messages_total 6',
    'disconnects_total 7',
    'inbox_bytes 800',
    'delay_seconds_bucket{le="0.0005"} 4',
    'delay_seconds_bucket{le="0.001"} 7',
    'delay_seconds_bucket{le="0.01"} 7',
    'delay_seconds_bucket{le="+Inf"} 9',
    'delay_seconds_sum 1.5',
    'delay_seconds_count 9',
    'round_trip_seconds_bucket{le="0.0005"} 1',
    'round_trip_seconds_bucket{le="0.001"} 1',
    'round_trip_seconds_bucket{le="0.01"} 1',
    'round_trip_seconds_bucket{le="+Inf"} 1',
    'round_trip_seconds_sum 0.00025',
    'round_trip_seconds_count 1',
    'peers 1',
    'peer_info{peer="server 2",host="machine-2 77"} 1',
    'peer_last_seen_timestamp_seconds{peer="server 2"} 1790000001.25',
    'peer_received_messages_total{peer="server 2"} 25',
    'peer_missed_messages_total{peer="server 2"} 6',
    'peer_duplicate_messages_total{peer="server 2"} 3'
  ])
})

test('a peer whose host is not known has an empty one', async () => {
  const peers = [{ ...statsWith().peers[0], host: undefined }]
  expect(await samples(source({ peers }))).toContainEqual(
    expect.stringContaining('{topic="a-topic",sender="server 1",peer="server 2",host=""} 1')
  )
})

test('two connections in one registry are told apart by their labels', async () => {
  const found = await samples(source(), source({ sender: 'server 3', published: 12 }))
  const published = found.filter((line) => line.includes('published_messages'))
  expect(published).toEqual([
    'deepstream_kafka_published_messages_total{topic="a-topic",sender="server 1"} 11',
    'deepstream_kafka_published_messages_total{topic="a-topic",sender="server 3"} 12'
  ])
})

test('a connection that is added twice is there once', async () => {
  const same = source()
  expect(await samples(same, same)).toEqual(await samples(same))
})

test('each scrape reads stats() once, and anew', async () => {
  let published = 0
  const counting = { stats: () => statsWith({ published: ++published }) }
  const registry = new Registry()
  collect(registry, counting)
  expect(published).toBe(0)
  await registry.metrics()
  expect(published).toBe(1)
  await new Promise(setImmediate)
  expect(await registry.metrics()).toContain(
    'published_messages_total{topic="a-topic",sender="server 1"} 2'
  )
})

test('a registry for OpenMetrics works, also when it is reset', async () => {
  const registry = new Registry(Registry.OPENMETRICS_CONTENT_TYPE)
  collect(registry, source())
  registry.resetMetrics()
  const text = await registry.metrics()
  expect(text).toContain('# TYPE deepstream_kafka_published_messages counter')
  expect(lines(text)).toContain(
    'deepstream_kafka_published_messages_total{topic="a-topic",sender="server 1"} 11'
  )
})

test.each([undefined, {}, 'register'])('%j is no registry', (registry) => {
  expect(() => collect(registry, source())).toThrow(
    new TypeError('collect() takes a Registry of prom-client, such as its `register`.')
  )
})
