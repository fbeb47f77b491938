'use strict'

const { record } = require('../foreign-client')
const { NO_JSON, NO_VALUE } = require('./broken')
const { LIVING, CHANNEL, NOBODY, NEVER, LARGEST } = require('./names')

/** @returns {string} a message that may be delivered, if under this name */
function message(sender) {
  return `{"of":${JSON.stringify(sender.slice(0, 40))}}`
}

/** @returns {string} messages that may be delivered, if under this name */
function messages(sender, count) {
  return Array(count).fill(message(sender)).join('\n')
}

/** @returns {object} the record with another value of a header; without the header if that is undefined */
function withHeader(sound, name, value) {
  const headers = { ...sound.headers, [name]: value }
  if (value === undefined) delete headers[name]
  return { ...sound, headers }
}

/** Lengths of what is short elsewhere, most of them bearable for a program that has to write a million. */
const HUGE = [300, 300, 300, 1000, 1000, 20000]

const HEADERS = ['version', 'life', 'first', 'runs']

/** @type {((fuzzer: import('./fuzzer').Fuzzer, random: import('../../../chaos/random').Random) => object)[]} each makes a record of its kind */
const KINDS = [
  function brokenKey(fuzzer, random) {
    const key = random.pick([null, '', Buffer.from([0xff]), Buffer.from('living\xff', 'latin1')])
    return { ...record(fuzzer.stranger(), `"${NEVER}"`), key }
  },
  function hugeKey(fuzzer, random) {
    const headers = fuzzer.stranger()
    const sender = headers.sender.padEnd(random.pick(HUGE), 'x')
    return record({ ...headers, sender }, message(sender))
  },
  function missingHeader(fuzzer, random) {
    return withHeader(record(fuzzer.stranger(), `"${NEVER}"`), random.pick(HEADERS), undefined)
  },
  function wrongHeader(fuzzer, random) {
    const name = random.pick(HEADERS)
    const value = random.pick([...NO_VALUE[name], ...NO_VALUE.any])
    return withHeader(record(fuzzer.stranger(), `"${NEVER}"`), name, value)
  },
  function wrongHeaderOfTheLiving(fuzzer, random) {
    const name = random.pick(HEADERS)
    const value = random.pick([...NO_VALUE[name], ...NO_VALUE.any])
    return withHeader(fuzzer.past(), name, value)
  },
  function doubledHeader(fuzzer, random) {
    const headers = fuzzer.stranger()
    const name = random.pick(HEADERS)
    const sound = record(headers, message(headers.sender))
    const values = [sound.headers[name], random.pick([...NO_VALUE[name], ...NO_VALUE.any])]
    return withHeader(sound, name, random.shuffled(values))
  },
  function moreHeaders(fuzzer, random) {
    const headers = fuzzer.stranger()
    const more = {
      none: '',
      '\u00ff': Buffer.from([0xff]),
      ['x'.repeat(random.pick(HUGE))]: 'y'
    }
    const sound = record(headers, message(headers.sender))
    return { ...sound, headers: { ...more, ...sound.headers } }
  },
  function cutRuns(fuzzer, random) {
    const sound = record(fuzzer.stranger(2), `"${NEVER}"\n"${NEVER}"`)
    const { runs } = sound.headers
    return withHeader(sound, 'runs', runs.slice(0, random.between(0, runs.length - 1)))
  },
  function flippedRuns(fuzzer, random) {
    const headers = fuzzer.stranger(2)
    const sound = record(headers, messages(headers.sender, 2))
    return withHeader(sound, 'runs', flip(Buffer.from(sound.headers.runs), random))
  },
  function wrongCount(fuzzer, random) {
    const lines = random.between(1, 4)
    const count = random.pick([1, 2, 3, 4, 5, 4294967295].filter((n) => n !== lines))
    return record(fuzzer.stranger(count), Array(lines).fill(`"${NEVER}"`).join('\n'))
  },
  function wrongCountsOfManyRuns(fuzzer, random) {
    const runs = Array.from({ length: random.between(1, 100) }, (_, n) => [
      n % 2 ? CHANNEL : NOBODY,
      4294967295
    ])
    return record({ ...fuzzer.stranger(), runs: [[CHANNEL, 1], ...runs] }, `"${NEVER}"`)
  },
  function manyRuns(fuzzer, random) {
    const count = random.pick([2, 10, 10, 300])
    const headers = fuzzer.stranger()
    const runs = Array.from({ length: count }, (_, n) =>
      n % 2 ? [CHANNEL, 1, fuzzer.receiver] : [CHANNEL, 1]
    )
    return record({ ...headers, runs }, messages(headers.sender, count))
  },
  function forSomebodyElse(fuzzer) {
    return record({ ...fuzzer.stranger(), runs: [[CHANNEL, 1, 'somebody else']] }, `"${NEVER}"`)
  },
  function ofAnotherChannel(fuzzer, random) {
    const channel = random.pick([NOBODY, '', 'E\u0000', '\u2028', 'x'.repeat(random.pick(HUGE))])
    return record({ ...fuzzer.stranger(), runs: [[channel, 1]] }, `"${NEVER}"`)
  },
  function noText(fuzzer, random) {
    const value = Buffer.from(`"${NEVER} ${NEVER}é"`)
    const isCut = random.next() < 0.3
    // Either the last byte of the last character is missing, or one before it is none of UTF-8.
    if (isCut) return record(fuzzer.stranger(), value.subarray(0, -2))
    value[random.between(1, value.length - 4)] = random.pick([0x80, 0xc0, 0xff])
    return record(fuzzer.stranger(), value)
  },
  function noJson(fuzzer, random) {
    return record(fuzzer.stranger(), random.pick(NO_JSON))
  },
  function noJsonAmongJson(fuzzer, random) {
    const headers = fuzzer.stranger(random.between(2, 10))
    const [[, count]] = headers.runs
    const line = () => (random.next() < 0.3 ? random.pick(NO_JSON) : message(headers.sender))
    return record(headers, Array.from({ length: count }, line).join('\n'))
  },
  // Lines that parse together, with fewer elements than there are lines.
  function linesThatMerge(fuzzer, random) {
    const lines = random.pick([
      [`["${NEVER}"`, `"${NEVER}"]`],
      [`{"${NEVER}":1`, `"${NEVER}":2}`],
      [`[["${NEVER}"]`, `["${NEVER}"`, '3]]']
    ])
    return record(fuzzer.stranger(lines.length), lines.join('\n'))
  },
  function cutValue(fuzzer, random) {
    const headers = fuzzer.stranger(3)
    const value = messages(headers.sender, 3)
    return record(headers, value.slice(0, random.between(1, value.length)))
  },
  function flippedValue(fuzzer, random) {
    const headers = fuzzer.stranger()
    // Whatever becomes of the name, it begins with the sender's, or is none of the three that are checked.
    const value = Buffer.from(`{"of":"","flipped":"${'x'.repeat(random.between(1, 50))}"}`)
    const safe = `{"of":"","flipped":"`.length
    value[random.between(safe, value.length - 3)] = random.pick([
      0x78, 0x79, 0x20, 0x22, 0x5c, 0x0a, 0x01
    ])
    return record(headers, value)
  },
  function tombstone(fuzzer, random) {
    const whole = record(fuzzer.stranger(), null)
    return random.pick([whole, { key: whole.key, value: null }, { key: null, value: null }])
  },
  function noise(_, random) {
    const bytes = () =>
      Buffer.from(Array.from({ length: random.between(0, 100) }, () => random.between(0, 255)))
    const headers = Object.fromEntries(HEADERS.map((name) => [name, bytes()]))
    return { key: bytes(), value: bytes(), headers }
  },
  function again(fuzzer) {
    return fuzzer.past()
  },
  function othersUnderOldNumbers(fuzzer) {
    const { headers, ...rest } = fuzzer.past()
    const count = JSON.parse(headers.runs).reduce((sum, [, count]) => sum + count, 0)
    const runs = JSON.stringify([[CHANNEL, count]])
    return {
      ...rest,
      value: Array(count).fill(`"${NEVER}"`).join('\n'),
      headers: { ...headers, runs }
    }
  },
  // Whoever believed such a count would take the next messages for known ones.
  function wrongCountUnderOldNumbers(fuzzer, random) {
    const count = random.pick([2, 100, 4294967295])
    const channel = random.pick([CHANNEL, NOBODY])
    const wrong = withHeader(fuzzer.past(), 'runs', JSON.stringify([[channel, count]]))
    return { ...wrong, value: `"${NEVER}"` }
  },
  function farAhead(fuzzer) {
    return record(fuzzer.ahead(), message(LIVING))
  },
  function anotherLife(fuzzer, random) {
    const first = random.pick([0, 1, 1e6, LARGEST])
    const headers = { sender: LIVING, life: fuzzer.life(), first, runs: [[CHANNEL, 1]] }
    return record(headers, message(LIVING))
  },
  function nameOfTheReceiver(fuzzer, random) {
    const headers = {
      ...fuzzer.stranger(),
      sender: fuzzer.receiver,
      first: random.pick([0, 1, LARGEST])
    }
    return record(headers, `"${NEVER}"`)
  }
]

/** @returns {Buffer} with a few bits changed */
function flip(bytes, random) {
  for (let n = random.between(1, 3); n > 0; n--) {
    bytes[random.between(0, bytes.length - 1)] ^= 1 << random.between(0, 7)
  }
  return bytes
}

module.exports = { KINDS }
