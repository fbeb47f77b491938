'use strict'

const { read, thrown } = require('../support/options')

test('metrics has a port, and the host is this machine unless it is given', () => {
  expect(read({ metrics: { port: 9464 } }).metrics).toEqual({ port: 9464, host: '127.0.0.1' })
  // As an unset variable in YAML.
  expect(read({ metrics: { port: 0, host: null } }).metrics).toEqual({ port: 0, host: '127.0.0.1' })
  const metrics = { port: 65535, host: '0.0.0.0' }
  expect(read({ metrics }).metrics).toEqual(metrics)
  expect('metrics' in read({})).toBe(false)
})

test.each([[true], [9464], ['9464'], [[9464]], [{}], [{ host: 'a' }], [() => {}]])(
  'metrics is an object with a port, not %p',
  (metrics) => {
    expect(thrown({ metrics })).toMatchObject({
      code: 'ERR_KAFKA_OPTION',
      message: expect.stringMatching(
        /^The option metrics is .+, but must be an object with a port, such as {port: 9464}\.$/
      )
    })
  }
)

test.each([
  [
    { port: 65536 },
    'The option metrics.port is 65536, but must be a whole number from 0 to 65535.'
  ],
  [{ port: '9464' }, 'The option metrics.port is "9464", but must be a whole number'],
  [{ port: 1, host: true }, 'The option metrics.host is true, but must be a string.'],
  [{ port: 1, hots: 'a' }, 'Unknown option "metrics.hots". Did you mean metrics.host?'],
  [
    { port: 1, path: '/' },
    'Unknown option "metrics.path". There are metrics.port and metrics.host.'
  ]
])('%j is refused with what is wrong', (metrics, message) => {
  expect(thrown({ metrics }).message).toContain(message)
})
