'use strict'

const MessageConnector = require('../..')
const { useNodes } = require('../support/nodes')

const nodes = useNodes({ connectionString: 'embedded' })

/** @returns {Error | undefined} what the constructor throws with these properties of librdkafka */
function thrown(kafka) {
  try {
    new MessageConnector({ connectionString: 'a:1', kafka }).on('error', () => {}).close()
  } catch (error) {
    return error
  }
  return undefined
}

test('a wrong librdkafka property throws at once and names it', () => {
  expect(thrown({ 'linger.milliseconds': 5 })).toMatchObject({
    code: 'ERR_KAFKA_PROPERTY',
    message: expect.stringContaining('librdkafka has no property linger.milliseconds.')
  })
  expect(thrown({ 'linger.ms': 'soon' })).toMatchObject({
    code: 'ERR_KAFKA_PROPERTY',
    message: expect.stringContaining('linger.ms')
  })
  expect(thrown({ 'queue.buffering.max.kbytes': 0 })).toMatchObject({
    code: 'ERR_KAFKA_PROPERTY',
    message: expect.stringContaining('queue.buffering.max.kbytes must be a whole number from 1')
  })
  for (const reserved of ['acks', 'group.id', 'enable.idempotence', 'bootstrap.servers']) {
    expect(thrown({ [reserved]: 'x' })).toMatchObject({
      code: 'ERR_KAFKA_PROPERTY',
      message: expect.stringContaining(`The librdkafka property ${reserved} cannot be set`)
    })
  }
})

test('what librdkafka refuses only when it makes a client throws at once, too', () => {
  for (const [kafka, says] of [
    [{ 'fetch.max.bytes': 1000 }, 'fetch.max.bytes'],
    [{ 'receive.message.max.bytes': 1000 }, 'receive.message.max.bytes'],
    [{ 'max.poll.interval.ms': 1000 }, 'max.poll.interval.ms'],
    [{ 'partition.assignment.strategy': 'none' }, 'partition.assignment.strategy'],
    [{ 'reconnect.backoff.ms': 5000 }, 'reconnect.backoff.max.ms'],
    [{ 'enable.gapless.guarantee': true }, 'enable.gapless.guarantee'],
    [{ 'security.protocol': 'ssl', 'ssl.cipher.suites': 'none' }, 'cipher'],
    [{ retries: 0 }, 'retries'],
    [{ 'max.in.flight': 6 }, 'max.in.flight']
  ])
    expect(thrown(kafka)).toMatchObject({
      code: 'ERR_KAFKA_PROPERTY',
      message: expect.stringContaining(says)
    })
})

test('what asks for no more than the bus gives anyway is let through', async () => {
  const kafka = { acks: 'all', 'request.required.acks': -1, 'enable.idempotence': true }
  const [node] = await nodes.start(1, { connectionString: 'embedded', kafka })
  expect(node.isReady).toBe(true)
  for (const wrong of [{ acks: 1 }, { 'enable.idempotence': false }])
    expect(thrown(wrong)).toMatchObject({ code: 'ERR_KAFKA_PROPERTY' })
})

test.each([
  ['ssl.key.pem', 'ssl'],
  ['ssl.certificate.pem', 'ssl'],
  ['sasl.oauthbearer.config', 'none']
])('a wrong value of %s is not shown, since it is secret', (property, protocol) => {
  const error = thrown({ [property]: 'hunter2', 'security.protocol': protocol })
  expect(error.message).toContain(property)
  expect(`${error} ${error.stack} ${error.cause}`).not.toContain('hunter2')
})
