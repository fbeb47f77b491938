'use strict'

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const { createInterface } = require('node:readline')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { installServer } = require('../../harness/deepstream/install')
const { call, openRecord } = require('../../harness/deepstream/verbs')
const { eventually } = require('../../harness/eventually')
const modern = require('../../packages/deepstream-kafka/lib/messages/modern')
const { COMMAND, useCli } = require('../support/cli')
const { ROOT } = require('../support/child')
const { useNodes } = require('../support/nodes')
const { useSecuredBroker } = require('../support/secured-broker')

jest.setTimeout(120000)

const broker = useSecuredBroker()
const nodes = useNodes(broker)
const cli = useCli()

const at = () => ['--connection-string', broker.connectionString, '--topic', nodes.topic]

/** Messages that say that tail reads, since it shows none that were sent before. */
async function listening(child, node) {
  await eventually(() => {
    node.publish('ping', { topic: 'ping', action: 'PING', data: ['ping'] })
    return child.lines.some((line) => line.includes('PING'))
  })
}

describe.each(['2.4.1', '7.0.2'])('with servers of deepstream %s', (version) => {
  let cluster
  let clients
  beforeEach(async () => {
    const options = { connectionString: broker.connectionString, topic: nodes.topic }
    const plugin = { name: 'kafka', source: ROOT, options }
    cluster = await DeepstreamCluster.start({ version, plugin })
    clients = await Promise.all(cluster.servers.map((server) => cluster.connect(server)))
  }, 300000)
  afterEach(() => cluster?.stop())

  test('shows who says what of deepstream to whom, and --since what was said before', async () => {
    const [a, b] = clients
    const tail = cli('tail', ...at())
    await tail.said(/CLUSTER STATUS +server-1/)
    a.event.emit('weather/zürich', { degrees: 21 })
    const record = await openRecord(a, 'user/ada')
    record.set('city', 'London')
    b.rpc.provide('add', ({ x, y }, response) => response.send(x + y))
    await cluster.formed()
    await eventually(async () => (await call(a, 'add', { x: 1, y: 2 })) === 3)

    const emit = version === '7.0.2' ? 'EMIT' : 'EVENT'
    expect(await tail.said(/weather/)).toMatch(
      new RegExp(`^[\\d:.]{12} \\S+ +EVENT ${emit} +weather/zürich +{"degrees":21}$`)
    )
    expect(await tail.said(/PATCH.*user\/ada/)).toMatch(/city/)
    // Requests and answers are for one server.
    expect(await tail.said(/→ server-2 +RPC REQUEST +add/)).toMatch(/"x":1/)
    expect(await tail.said(/→ server-1 +RPC RESPONSE +add/)).toMatch(/\b3\b/)
    expect(tail.lines.filter((line) => / \d+ /.test(line.slice(12, 60)))).toEqual([])

    const earlier = cli('tail', ...at(), '--since', '5m', '--deepstream-topic', 'event', '--json')
    const line = JSON.parse(await earlier.said(/weather/))
    expect(line).toMatchObject({ topic: 'EVENT', action: emit, name: 'weather/zürich' })
    expect(JSON.stringify(line.message)).toContain('degrees')
    expect(earlier.lines.filter((each) => JSON.parse(each).topic !== 'EVENT')).toEqual([])

    const ofServer = cli('tail', ...at(), '--since', '5m', '--action', 'request', '--text', '"x":1')
    expect(await ofServer.said(/./)).toMatch(/→ server-2 +RPC REQUEST +add/)
    tail.kill('SIGINT')
    expect(await tail.ended()).toBe(0)
    expect(tail.stderr).toMatch(/^\d+ messages shown, 0 skipped\n$/)
  })
})

test('the right Read is enough on a secured broker, and without it tail says why it ends', async () => {
  const [node] = await nodes.start(1)
  const refused = cli('tail', ...broker.asAlice(nodes.topic))
  await eventually(() => refused.stderr.includes('ERR_KAFKA_AUTHORIZATION'))
  refused.kill('SIGINT')
  await refused.ended()
  await broker.cluster.acls.add({ user: 'alice', operation: 'READ', topic: nodes.topic })
  const tail = cli('tail', ...broker.asAlice(nodes.topic))
  await listening(tail, node)
  expect(tail.stderr).toBe('')
})

test('does not wait for who reads it slowly, and says how many messages it skipped', async () => {
  const [node] = await nodes.start(1)
  const tail = spawn(process.execPath, [COMMAND, 'tail', ...at(), '--json'])
  const lines = createInterface({ input: tail.stdout })
  // The only sender numbers its messages itself, so that none can be missing unnoticed.
  const heard = { numbers: [], skipped: 0, end: undefined }
  lines.on('line', (line) => {
    const { topic, number, skipped = 0 } = JSON.parse(line)
    if (heard.end !== undefined) return
    heard.skipped += skipped
    if (number !== undefined) heard.numbers.push(number)
    if (topic === 'end') heard.end = number
  })
  try {
    const flood = { text: 'x'.repeat(1000) }
    const flooding = () => node.publish('flood', flood)
    await eventually(() => flooding() ?? heard.numbers.length > 0)
    lines.pause()
    const count = 200000
    for (let sent = 0; sent < count;) {
      for (let n = 0; n < 1000; n++, sent++) flooding()
      await eventually(() => node.stats().undelivered < 10000, { intervalMs: 1, timeoutMs: 30000 })
    }
    lines.resume()
    // What was skipped is said with what comes next.
    await eventually(() => node.publish('end', {}) ?? heard.end !== undefined, { timeoutMs: 60000 })
    const { numbers, skipped, end } = heard
    expect(numbers.length + skipped).toBe(end - numbers[0] + 1)
    expect(skipped).toBeGreaterThan(0)
    expect(end).toBeGreaterThanOrEqual(count)
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  } finally {
    tail.kill('SIGKILL')
  }
})

test('ends when nobody reads what it shows any more', async () => {
  const [node] = await nodes.start(1)
  const tail = spawn(process.execPath, [COMMAND, 'tail', ...at()])
  let complaint = ''
  tail.stderr.on('data', (text) => (complaint += text))
  const pinging = setInterval(() => node.publish('ping', { topic: 'ping', action: 'PING' }), 20)
  try {
    await once(tail.stdout, 'data')
    tail.stdout.destroy()
    const [code] = await once(tail, 'close')
    expect([code, complaint]).toEqual([
      0,
      expect.stringMatching(/^\d+ messages? shown, 0 skipped\n$/)
    ])
  } finally {
    clearInterval(pinging)
    tail.kill('SIGKILL')
  }
})

test('a wrong time is a wrong argument', async () => {
  const tail = cli('tail', ...at(), '--since', 'yesterday')
  expect(await tail.ended()).toBe(2)
  expect(tail.stderr).toMatch(/^error: --since takes how long ago/)
})

test('the words are those of deepstream', async () => {
  const folder = path.join(await installServer('7.0.2'), 'node_modules/@deepstream/protobuf')
  const { STATE_REGISTRY_TOPIC, TOPIC, ...enums } = require(path.join(folder, 'dist/types/all'))
  const isNumber = ([number]) => /^\d+$/.test(number)
  for (const [topic, actions] of Object.entries(modern.ACTIONS)) {
    const name = topic.replace(/_LISTENING|_REGISTRY/, '')
    const known = Object.entries(enums[`${name}_ACTION`]).filter(isNumber)
    expect([topic, actions]).toEqual([topic, Object.fromEntries(known)])
  }
  for (const [number, name] of modern.TOPICS) {
    expect(TOPIC[number] ?? STATE_REGISTRY_TOPIC[number]).toBe(name)
  }
  for (const [number, name] of Object.entries(modern.REGISTRIES)) {
    expect(STATE_REGISTRY_TOPIC[number]).toBe(name)
  }
})
