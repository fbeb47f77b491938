'use strict'

const { execFile } = require('node:child_process')
const { promisify } = require('node:util')
const { COMMAND, useCli } = require('../support/cli')
const { eventually } = require('../../harness/eventually')
const { withAdmin } = require('../../harness/kafka/topics')
const { useSecuredBroker } = require('../support/secured-broker')

jest.setTimeout(120000)

const run = promisify(execFile)

describe('deepstream-kafka bench', () => {
  const broker = useSecuredBroker()
  const cli = useCli()
  /** Over TLS. */
  const at = () => {
    const { listeners, certificates } = broker.cluster
    const properties = ['security.protocol=ssl', `ssl.ca.location=${certificates.ca}`]
    const given = properties.flatMap((property) => ['--kafka', property])
    return ['--connection-string', listeners.ssl, ...given]
  }

  const benchTopics = () =>
    withAdmin([broker.connectionString], async (admin) =>
      (await admin.listTopics()).filter((name) => name.startsWith('deepstream-bench-'))
    )

  test('measures, says what servers need, and leaves no topic', async () => {
    const { stdout } = await run(process.execPath, [
      COMMAND,
      'bench',
      ...at(),
      '--seconds',
      '1',
      '--json'
    ])
    const { measurements, needs, bytesPerMessage, topic } = JSON.parse(stdout)
    expect(measurements.map(({ rate }) => rate)).toEqual([100, 1000, 10000, null])
    for (const { perSecond, p50Ms, p99Ms, rate, senderCpu, receiverCpu } of measurements) {
      expect(perSecond).toBeGreaterThan(0)
      expect(senderCpu).toBeGreaterThan(0)
      expect(receiverCpu).toBeGreaterThan(0)
      if (rate === null) expect([p50Ms, p99Ms]).toEqual([null, null])
      else {
        expect(p50Ms).toBeGreaterThan(0)
        expect(p99Ms).toBeGreaterThanOrEqual(p50Ms)
      }
    }
    expect(bytesPerMessage).toBeGreaterThan(190)
    expect(bytesPerMessage).toBeLessThan(230)
    expect(needs[0]).toMatchObject({
      messagesPerSecond: 1000,
      bytesInPerSecond: 1000 * bytesPerMessage
    })
    expect(topic).toMatch(/^deepstream-bench-/)
    await eventually(async () => (await benchTopics()).length === 0)
  })

  test('removes its topic after Ctrl-C too', async () => {
    const bench = cli('bench', ...at(), '--seconds', '30')
    await eventually(async () => (await benchTopics()).length === 1, { timeoutMs: 30000 })
    bench.kill('SIGINT')
    expect(await bench.ended()).toBe(130)
    await eventually(async () => (await benchTopics()).length === 0)
  })

  test('fails with a reason where no broker is, and on the embedded broker', async () => {
    const failed = (...args) =>
      run(process.execPath, [COMMAND, 'bench', '--connection-string', ...args])
    await expect(failed('127.0.0.1:1')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ERR_KAFKA_NO_BROKER')
    })
    await expect(failed('embedded')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('development')
    })
    await expect(failed('127.0.0.1:1', '--seconds', '0')).rejects.toMatchObject({ code: 2 })
  })
})
