'use strict'

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { eventually } = require('../../harness/eventually')
const { COMMAND, useCli } = require('../support/cli')
const { ROOT } = require('../support/child')
const { useNodes } = require('../support/nodes')
const { useSecuredBroker } = require('../support/secured-broker')

jest.setTimeout(120000)

const broker = useSecuredBroker()
const nodes = useNodes(broker)
const cli = useCli()

const at = () => ['--connection-string', broker.connectionString, '--topic', nodes.topic]

/** @returns {Promise<object>} what `top --once --json` prints */
async function look(args = at()) {
  const top = cli('top', '--once', '--json', ...args)
  expect([await top.ended(), top.stderr]).toEqual([0, ''])
  return JSON.parse(top.lines.join('\n'))
}

test.each(['2.4.1', '7.0.2'])(
  'shows the servers of deepstream %s, what they say, and how quickly',
  async (version) => {
    const options = { connectionString: broker.connectionString, topic: nodes.topic }
    const plugin = { name: 'kafka', source: ROOT, options }
    const cluster = await DeepstreamCluster.start({ version, plugin })
    const client = await cluster.connect(0)
    const emitting = setInterval(() => client.event.emit('news', 'x'), 10)
    try {
      const view = await look()
      expect(view.nodes.map(({ name, sender }) => name ?? sender).sort()).toEqual([
        'server-1',
        'server-2'
      ])
      for (const node of view.nodes) {
        expect(node).toMatchObject({ lost: 0, duplicates: 0, isDoubled: false })
        expect(node.messagesPerSecond).toBeGreaterThan(0)
        expect(node.bytesPerSecond).toBeGreaterThan(node.messagesPerSecond)
      }
      expect(view.topics.map(({ topic }) => topic)).toEqual(
        expect.arrayContaining(['EVENT', 'CLUSTER'])
      )
      expect(view.topics[0].topic).toBe('EVENT')
      expect(view.topics.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1)
      expect(view).toMatchObject({ topic: nodes.topic, clocks: [], skipped: 0, unreadable: 0 })
      expect(view.roundTripMs).toBeGreaterThan(0)
      expect(view.delayMs.p50).toBeGreaterThanOrEqual(0)
      expect(view.delayMs.p99).toBeGreaterThanOrEqual(view.delayMs.p50)
    } finally {
      clearInterval(emitting)
      await cluster.stop()
    }
  },
  300000
)

test('the right Read is enough on a secured broker', async () => {
  const [node] = await nodes.start(1)
  await broker.cluster.acls.add({ user: 'alice', operation: 'READ', topic: nodes.topic })
  const talking = setInterval(() => node.publish('E', { topic: 'E', action: 'EVT' }), 100)
  const view = await look(broker.asAlice(nodes.topic)).finally(() => clearInterval(talking))
  expect(view.nodes.map(({ sender }) => sender)).toEqual([node.stats().sender])
  expect(view.roundTripMs).toBeGreaterThan(0)
})

test('without --once it needs a terminal, and --json needs --once', async () => {
  for (const [args, complaint] of [
    [[], 'error: top needs a terminal; --once prints it once\n'],
    [['--json'], 'error: --json needs --once\n']
  ]) {
    const top = cli('top', ...at(), ...args)
    expect(await top.ended()).toBe(2)
    expect(top.stderr).toBe(complaint)
  }
})

test.each(['q', 'SIGTERM'])(
  'on a terminal it shows a screen that changes, until %s',
  async (end) => {
    const [node] = await nodes.start(1)
    const talking = setInterval(() => node.publish('E', { topic: 'E', action: 'EVT' }), 50)
    const command = [process.execPath, COMMAND, 'top', ...at()].map((word) => `'${word}'`).join(' ')
    // Of util-linux: runs it on a terminal of its own. stty says whether that is as it was.
    const whole = `stty columns 70 rows 20; echo $$; ${command}; echo "code $?"; stty -a`
    const terminal = spawn('script', ['-qec', whole, '/dev/null'], { stdio: 'pipe' })
    let text = ''
    terminal.stdout.setEncoding('utf8').on('data', (more) => (text += more))
    try {
      const frames = () => text.split('\u001b[H').slice(1)
      await eventually(() => frames().some((frame) => frame.includes(node.stats().sender)))
      await eventually(() => frames().length >= 3)
      for (const line of frames().at(-2).split('\r\n')) {
        // eslint-disable-next-line no-control-regex
        expect(line.replace(/\u001b\[[\d;?]*\w/g, '').length).toBeLessThanOrEqual(70)
      }
      if (end === 'q') terminal.stdin.write('q')
      else await kill(Number(text.match(/\d+/)[0]), end)
      await once(terminal, 'exit')
      expect(text).toContain('\u001b[?1049h')
      expect(text).toMatch(/\u001b\[\?25h\u001b\[\?1049l[^]*code 0[^]* icanon[^]* echo/) // eslint-disable-line no-control-regex
    } finally {
      clearInterval(talking)
      terminal.kill('SIGKILL')
    }
  }
)

/** Sends a signal to the child of a shell. */
async function kill(shell, signal) {
  const fs = require('node:fs')
  const [child] = fs.readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ')
  process.kill(Number(child), signal)
}
