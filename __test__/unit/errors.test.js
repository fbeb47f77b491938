'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { CODES, KafkaError } = require('../../lib/errors')
const { endsStart, errorCodes } = require('../../lib/engine')

const ROOT = path.join(__dirname, '..', '..')

/** Codes of what JavaScript finds without the engine: before it is asked, and what it does itself. */
const JS_ONLY = [
  'ERR_KAFKA_OPTION',
  'ERR_KAFKA_ADDON',
  'ERR_KAFKA_PEERS_HELD',
  'ERR_KAFKA_TOKEN',
  'ERR_KAFKA_METRICS'
]

test('the codes are those of the engine and the five that are only JavaScript’s', () => {
  const engine = errorCodes().map(({ code }) => code)
  expect(Object.keys(CODES)).toEqual(sortedLikeCodes([...JS_ONLY, ...engine]))
})

function sortedLikeCodes(codes) {
  const order = Object.keys(CODES)
  return [...codes].sort((a, b) => order.indexOf(a) - order.indexOf(b))
}

test('docs/errors.md explains each code in their order, and says which pass by themselves', () => {
  const lines = fs.readFileSync(path.join(ROOT, 'docs', 'errors.md'), 'utf8').split('\n')
  const rows = lines.filter((line) => line.startsWith('| `')).map((line) => line.split('|'))
  expect(rows.map(([, code]) => code.trim().replaceAll('`', ''))).toEqual(Object.keys(CODES))
  for (const [, , when, what, passes] of rows) {
    expect(when.trim()).not.toBe('')
    expect(what.trim()).not.toBe('')
    expect(passes.trim()).toMatch(/^(yes|no)$/)
  }
})

test('what docs/errors.md says of passing by itself is what the engine says', () => {
  const docs = fs.readFileSync(path.join(ROOT, 'docs', 'errors.md'), 'utf8')
  const said = [...docs.matchAll(/^\| `(ERR_KAFKA_\w+)` .*\| yes +\|$/gm)].map(([, code]) => code)
  const retriable = errorCodes().filter((entry) => entry.retriable)
  const ours = ['ERR_KAFKA_PEERS_HELD', 'ERR_KAFKA_TOKEN', 'ERR_KAFKA_METRICS']
  const codes = [...retriable.map(({ code }) => code), ...ours]
  expect(said.sort()).toEqual(codes.sort())
})

test('only what nobody but the operator can change ends a server that is starting', () => {
  const ends = errorCodes().map(({ code }) => [code, endsStart(code)])
  expect(ends.filter(([, does]) => does).map(([code]) => code)).toEqual([
    'ERR_KAFKA_PROPERTY',
    'ERR_KAFKA_AUTHENTICATION',
    'ERR_KAFKA_AUTHORIZATION',
    'ERR_KAFKA_INTERNAL'
  ])
  expect(endsStart('ERR_KAFKA_OPTION')).toBe(false)
  expect(errorCodes().some((entry) => entry.retriable && entry.endsStart)).toBe(false)
})

test('index.d.ts declares the same codes', () => {
  const text = fs.readFileSync(path.join(ROOT, 'index.d.ts'), 'utf8')
  expect(text.match(/(?<=\| ')ERR_KAFKA_\w+/g)).toEqual(Object.keys(CODES))
})

test('an error is an Error whose text begins as those of the original did', () => {
  const error = new KafkaError('ERR_KAFKA_FETCH', 'Something happened.')
  expect(error).toBeInstanceOf(Error)
  expect(String(error)).toBe('Kafka error: Something happened.')
  expect(error.stack).toContain(__filename)
  expect(error).toMatchObject({ code: 'ERR_KAFKA_FETCH', retriable: false })
})

test('an error has a cause and a topic only where there is one', () => {
  const bare = new KafkaError('ERR_KAFKA_FETCH', 'x')
  expect('cause' in bare || 'topic' in bare).toBe(false)
  const cause = new Error('below')
  const full = new KafkaError('ERR_KAFKA_FETCH', 'x', { cause, topic: '', retriable: true })
  expect(full).toMatchObject({ cause, topic: '', retriable: true })
})

test('an event of the engine becomes an error with librdkafka’s words and number as its cause', () => {
  const event = { name: 'error', code: 'ERR_KAFKA_DELIVERY', message: 'm', retriable: true }
  const plain = KafkaError.fromEvent(event)
  expect(plain).toMatchObject({ code: 'ERR_KAFKA_DELIVERY', message: 'm', retriable: true })
  expect('cause' in plain || 'topic' in plain).toBe(false)
  const full = KafkaError.fromEvent({ ...event, topic: 'E', cause: 'Local: x', errno: -195 })
  expect(full.topic).toBe('E')
  expect(full.cause).toBeInstanceOf(Error)
  expect(full.cause).toMatchObject({ message: 'Local: x', errno: -195 })
})
