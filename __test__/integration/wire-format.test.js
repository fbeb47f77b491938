'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { KafkaCluster } = require('../../harness/kafka')
const { useKafkaTools } = require('../support/kafka-tools')
const { useNodes, collect, filled } = require('../support/nodes')

jest.setTimeout(60000)

const DOCUMENT = path.join(__dirname, '..', '..', 'docs', 'wire-format.md')
const TOOL = 'kafka-console-consumer.sh'

/** @returns {{ command: string, output: string }} the tool's command in the document, and what it prints there */
function example() {
  const text = fs.readFileSync(DOCUMENT, 'utf8')
  const blocks = text.matchAll(/```sh\n(.*?)```\s*```text\n(.*?)```/gs)
  const [, command, output] = [...blocks].find(([, command]) => command.startsWith(TOOL))
  return { command, output }
}

/** What differs from run to run: lives, hosts, and the random ends of ids. Only what looks like one is replaced. */
function withoutRandom(output) {
  return output
    .replace(/(?<=\tversion:1,life:)[0-9a-f]{16}(?=,)/g, 'LIFE')
    .replace(/(?<=,host:)[^\s,]+ \d+(?=\t)/g, 'HOST')
    .replace(/(?<=\tnode-\d-)[\w-]{8}(?=\t)/g, 'RANDOM')
}

describe('docs/wire-format.md', () => {
  const broker = { connectionString: '' }
  let cluster
  beforeAll(async () => {
    cluster = await KafkaCluster.start()
    broker.connectionString = cluster.connectionString
  }, 180000)
  afterAll(() => cluster?.stop())
  const tools = useKafkaTools()
  const nodes = useNodes(broker)

  test('shows what Kafka’s own tool prints of two messages to one topic, one to another, and an answer', async () => {
    const [first] = await nodes.start(1, { clientId: 'node-1' })
    const [second] = await nodes.start(1, { clientId: 'node-2' })
    const [answers, patches] = [collect(first, 'E'), collect(second, 'R')]
    first.publish('E', { topic: 'E', action: 'EVT', data: ['news', 'Shello'] })
    first.publish('E', { topic: 'E', action: 'EVT', data: ['news', 'Sworld'] })
    first.publish('R', { topic: 'R', action: 'U', data: ['user/42', '7', '{"name":"Ada"}'] })
    await filled(patches, 1)
    second.publish('E', { topic: 'E', action: 'EVT', data: ['news', 'Sthanks'] })
    await filled(answers, 1)

    const { command, output } = example()
    const here = command
      .replace('kafka-1:9092', broker.connectionString)
      .replace('deepstream-msg', nodes.topic)
    // With exec, the time limit ends the tool itself and not only a shell around it.
    const printed = await tools.run(`exec ${here}`)

    expect(withoutRandom(printed)).toBe(withoutRandom(output))
    expect(printed).toContain(`\t${first.stats().sender}\t`)
    expect(printed).toContain(`\t${second.stats().sender}\t`)
  })
})
