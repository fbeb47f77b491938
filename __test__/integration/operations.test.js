'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { promisify } = require('node:util')
const { KafkaCluster } = require('../../harness/kafka')
const { ROOT } = require('../support/child')
const { COMMAND } = require('../support/cli')
const { useKafkaTools } = require('../support/kafka-tools')
const { blocksOf } = require('../support/markdown')
const { collect, filled, settled, useNodes } = require('../support/nodes')

// Brokers that run already have no security.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

const run = promisify(execFile)

const read = (file) => fs.readFileSync(path.join(ROOT, 'docs', file), 'utf8')
const OPERATIONS = read('operations.md')
const broker = { connectionString: '' }
let cluster
beforeAll(async () => {
  cluster = await KafkaCluster.start({ brokers: 3, security: true })
  broker.connectionString = cluster.connectionString
}, 180000)
afterAll(() => cluster?.stop())

const tools = useKafkaTools()

const nodes = useNodes(broker)

const BLOCKS = blocksOf(OPERATIONS, 'sh')
const isOurs = (block) => block.startsWith('npx deepstream-kafka')
const [AS_A_SERVER, ...COMMANDS] = BLOCKS.filter((block) => !isOurs(block))

test('the first command of operations.md makes the topic that a server makes', async () => {
  const settings = async (topic) => {
    const description = await shell(
      'kafka-topics.sh --bootstrap-server kafka-1:9092 --describe --topic deepstream-cluster',
      topic
    )
    const [, counts, configs] = /(PartitionCount.*)\tConfigs: (.*)/.exec(description)
    return [counts, ...configs.trim().split(',').sort()]
  }
  await nodes.start(1)
  const other = `${nodes.topic}-by-hand`
  await shell(AS_A_SERVER, other)
  expect(await settings(other)).toEqual(await settings(nodes.topic))
})

test('the other commands of operations.md make a topic on which servers talk', async () => {
  for (const command of COMMANDS) await shell(command)

  const description = await shell(
    'kafka-topics.sh --bootstrap-server kafka-1:9092 --describe --topic deepstream-cluster'
  )
  expect(description).toMatch(/PartitionCount: 1\tReplicationFactor: 3/)
  expect(description).toContain('min.insync.replicas=2')
  const [a, b] = await nodes.start(2, { createTopic: false })
  const messages = collect(b, 'E')
  await settled(a, b)
  a.publish('E', 1)
  await filled(messages, 1)
})

test('the commands of deepstream-kafka in operations.md are there, with their options, and doctor finds this cluster well', async () => {
  const lines = BLOCKS.filter(isOurs).flatMap((block) => block.trim().split('\n'))
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines) {
    const [, , name, ...args] = line.split(' ')
    const { stdout } = await run(process.execPath, [COMMAND, name, '--help'])
    for (const option of args.filter((arg) => arg.startsWith('--'))) {
      expect(stdout).toContain(`${option} <`)
    }
  }
  await nodes.start(1)
  const at = ['--connection-string', broker.connectionString, '--topic', nodes.topic]
  const { stdout } = await run(process.execPath, [COMMAND, 'doctor', ...at])
  expect(stdout).not.toContain('FAILED')
})

test('the commands of troubleshooting.md can be run', async () => {
  await nodes.start(1)
  const text = read('troubleshooting.md')
  const inline = text
    .match(/`kafka-[^`]+kafka-1:9092[^`]*`/g)
    .map((command) => command.slice(1, -1))
  expect(inline).toHaveLength(2)
  for (const command of [...inline, ...blocksOf(text, 'sh')]) {
    // Those that wait for messages end by themselves, with none.
    await shell(command.replace('--timeout-ms 10000', '--timeout-ms 1000'))
  }
})

describe('the size on disk', () => {
  const [, perMessage, perRecord] =
    /^bytes = messages \* \(message size \+ (\d+)\) \+ records \* \((\d+) \+ length/m.exec(
      OPERATIONS
    )

  test.each([
    ['of single messages', 300, 1],
    ['of thousands at once', 20000, 2000]
  ])('%s is what operations.md says', async (_, count, atOnce) => {
    const [a, b] = await nodes.start(2)
    const messages = collect(b, 'E')
    await settled(a, b)
    const before = { ...(await onDisk()), ...a.stats() }
    const text = 'x'.repeat(200)
    const start = messages.length
    for (let sent = 0; sent < count; sent += atOnce) {
      for (let i = 0; i < atOnce; i++) a.publish('E', { number: sent + i, text })
      await filled(messages, start + sent + atOnce)
    }

    const after = { ...(await onDisk()), ...a.stats() }
    const grown = (name) => after[name] - before[name]
    const { sender } = a.stats()
    const predicted =
      grown('publishedBytes') +
      grown('published') * Number(perMessage) +
      grown('records') * (Number(perRecord) + sender.length)
    expect(grown('published')).toBe(count)
    if (atOnce === 1) expect(grown('records')).toBe(count)
    else expect(grown('records')).toBeLessThan(count / 10)
    expect(Math.abs(grown('bytes') / predicted - 1)).toBeLessThan(0.05)
  })
})

/** @returns {Promise<{records: number, bytes: number}>} how much of the topic the leader holds */
async function onDisk() {
  const at = '--bootstrap-server kafka-1:9092'
  const offsets = await shell(`kafka-get-offsets.sh ${at} --topic deepstream-cluster`)
  const dirs = await shell(`kafka-log-dirs.sh ${at} --describe --topic-list deepstream-cluster`)
  const { brokers } = JSON.parse(dirs.split('\n').find((line) => line.startsWith('{')))
  const sizes = brokers.flatMap(({ logDirs }) =>
    logDirs.flatMap(({ partitions }) => partitions.map(({ size }) => size))
  )
  return { records: Number(offsets.trim().split(':').at(-1)), bytes: Math.max(...sizes) }
}

/** Runs a command of the documents on this cluster, for the topic of this test or another one. */
function shell(command, topic = nodes.topic) {
  const here = command
    .replaceAll('kafka-1:9092', cluster.connectionString)
    .replaceAll(/deepstream-(cluster|msg)/g, topic)
  return tools.run(here)
}
