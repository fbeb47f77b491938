'use strict'

const { TokenSource } = require('../../lib/token-source')

const NOW = Date.UTC(2026, 0)
beforeEach(() => jest.useFakeTimers({ now: NOW }))
afterEach(() => jest.useRealTimers())

/** A source whose provider answers with these in turn, and then with the last of them again. */
function create(...answers) {
  const provide = jest.fn(async () => {
    const answer = answers.length > 1 ? answers.shift() : answers[0]
    if (answer instanceof Error) throw answer
    return typeof answer === 'function' ? answer() : answer
  })
  const given = []
  const told = []
  const source = new TokenSource(provide, {
    give: (token) => given.push(token),
    tell: (error) => told.push(error)
  })
  return { source, provide, given, told }
}

const pass = (ms) => jest.advanceTimersByTimeAsync(ms)
const lasting = (ms) => () => ({ value: 'token', expiresAt: Date.now() + ms })

test('a token is renewed when 80 % of its life are over', async () => {
  const { source, provide, given, told } = create(lasting(8000))
  source.start()
  await pass(6399)
  expect(provide).toHaveBeenCalledTimes(1)
  await pass(1)
  expect(provide).toHaveBeenCalledTimes(2)
  expect(given).toMatchObject([{ expiresAt: NOW + 8000 }, { expiresAt: NOW + 14400 }])
  expect(told).toEqual([])
})

test('a token may have a Date as its end, a principal, and extensions', async () => {
  const extensions = { logicalCluster: 'lkc-1' }
  const { source, given } = create({
    value: 'token',
    expiresAt: new Date(NOW + 1000),
    principal: 'me',
    extensions
  })
  source.start()
  await pass(0)
  expect(given).toEqual([{ value: 'token', expiresAt: NOW + 1000, principal: 'me', extensions }])
})

test('a failure is told at once and every 30 s, and the provider is asked again', async () => {
  const { source, provide, given, told } = create(new Error('no route'))
  source.start()
  await pass(0)
  expect(told).toMatchObject([{ code: 'ERR_KAFKA_TOKEN', retriable: true }])
  expect(told[0].message).toContain('no route. ')
  await pass(500)
  expect(provide).toHaveBeenCalledTimes(2)
  await pass(28500)
  expect(told).toHaveLength(1)
  await pass(11000)
  expect(told).toHaveLength(2)
  expect(provide.mock.calls.length).toBeLessThan(10)
  expect(given).toEqual([])
})

test('after a success the next failure is told at once', async () => {
  const { source, told } = create(new Error('a'), lasting(1000), new Error('b'))
  source.start()
  await pass(500)
  expect(told).toHaveLength(1)
  await pass(800)
  expect(told).toHaveLength(2)
})

test('no text shows a token, neither the one in use nor one that nobody has seen', async () => {
  const jwt = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJkYXZlIn0.c2lnbmF0dXJl'
  const token = { value: 'in-use', expiresAt: NOW + 1000 }
  const { source, told } = create(token, new Error(`refused in-use and ${jwt}`))
  source.start()
  await pass(800)
  expect(told[0].message).toContain('refused (a token) and (a token). ')
  expect(told[0].cause).toBeUndefined()
})

test('a provider that does not answer is told after 30 s', async () => {
  const { source, told } = create(() => new Promise(() => {}))
  source.start()
  await pass(29999)
  expect(told).toEqual([])
  await pass(1)
  expect(told[0].message).toContain('it did not answer within 30 s')
})

test.each([
  [undefined, 'value must be'],
  [{ value: 7, expiresAt: NOW + 1 }, 'value must be'],
  [{ value: 'a b', expiresAt: NOW + 1 }, 'value must be'],
  [{ value: 'secret' }, 'expiresAt must be'],
  [{ value: 'secret', expiresAt: 'soon' }, 'expiresAt must be'],
  [{ value: 'secret', expiresAt: NOW }, 'it expired at 2026-01-01T00:00:00.000Z'],
  [{ value: 'secret', expiresAt: NOW / 1000 + 60 }, 'expiresAt looks like seconds'],
  [{ value: 'secret', expiresAt: NOW + 1, principal: 7 }, 'principal must be'],
  [{ value: 'secret', expiresAt: NOW + 1, extensions: { auth: 'x' } }, 'must not be "auth"'],
  [{ value: 'secret', expiresAt: NOW + 1, extensions: { a: 'ü' } }, 'the extension a must be']
])('what is no token is told without showing it: %j', async (answer, says) => {
  const { source, given, told } = create(answer)
  source.start()
  await pass(0)
  expect(told[0].message).toContain(says)
  expect(told[0].message).not.toContain('secret')
  expect(given).toEqual([])
})

test('what is asked for before stop() does not count after it', async () => {
  const { source, provide, given, told } = create(lasting(1000))
  source.start()
  source.stop()
  await pass(5000)
  expect(provide).toHaveBeenCalledTimes(1)
  expect(given).toEqual([])
  source.start()
  await pass(0)
  expect(given).toHaveLength(1)
  expect(told).toEqual([])
})
