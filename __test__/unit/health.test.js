'use strict'

const { health, ready } = require('../../lib/metrics/health')
const { statsWith } = require('../support/stats')

const NOW = 1790000100000

function reason(changes) {
  return health(statsWith(changes), NOW).reason
}

test('a bus on which messages flow is healthy', () => {
  expect(health(statsWith({ linkSince: NOW - 60000 }), NOW)).toEqual({ ok: true })
})

test.each(['connecting', 'closing', 'closed'])(
  'one that is %s is neither ready nor healthy',
  (state) => {
    const stats = statsWith({ state, link: 'none' })
    const verdict = { ok: false, reason: `The connector is ${state}, not ready.` }
    expect(ready(stats)).toEqual(verdict)
    expect(health(stats, NOW)).toEqual(verdict)
  }
)

test.each([
  ['doubtful', 'Kafka does not answer'],
  ['cutOff', 'No Kafka broker answers'],
  ['leaderless', 'A partition of the Kafka topic has no leader that answers'],
  ['onlyOurs', 'Kafka answers, but not on the connections of this server'],
  ['denied', 'Kafka denies this server to read or to write the topic'],
  ['none', 'There is no link to Kafka']
])('a link that is %s for more than a second is not healthy, but ready', (link, meaning) => {
  expect(reason({ link, linkSince: NOW - 1000 })).toBeUndefined()
  const stats = statsWith({ link, linkSince: NOW - 3210 })
  expect(health(stats, NOW)).toEqual({ ok: false, reason: `${meaning}, for 3.2 s.` })
  expect(ready(stats)).toEqual({ ok: true })
})

test('a message that waits for more than five seconds is not healthy', () => {
  expect(reason({ undelivered: 1, undeliveredMs: 5000 })).toBeUndefined()
  expect(reason({ undelivered: 7, undeliveredMs: 5001 })).toBe(
    'Kafka has not confirmed a message for 5.0 s; 7 are waiting.'
  )
})
