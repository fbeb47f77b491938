'use strict'

const path = require('node:path')
const { Child, useChildren, ROOT } = require('../support/child')
const { Nodes, collect, filled } = require('../support/nodes')

jest.setTimeout(30000)

const PACKAGE = path.join(ROOT, 'packages', 'deepstream-kafka')
const COMMAND = path.join(PACKAGE, 'bin', 'deepstream-kafka.js')
const HINT = 'deepstream-kafka --help lists what there is.'

const cli = (...args) => new Child([COMMAND, ...args])

test.each([['--help'], ['-h'], ['help']])('%s lists the commands', async (option) => {
  const child = cli(option)
  expect(await child.ended()).toBe(0)
  expect(child.lines[0]).toBe('Usage: deepstream-kafka [options] [command]')
  expect(child.lines.join('\n')).toMatch(/^ {2}broker /m)
  expect(child.stderr).toBe('')
})

test.each([
  ['broker', '--help'],
  ['help', 'broker']
])('%s %s tells the options of a command', async (...args) => {
  const child = cli(...args)
  expect(await child.ended()).toBe(0)
  expect(child.lines[0]).toBe('Usage: deepstream-kafka broker [options]')
  expect(child.lines.join('\n')).toContain('--topic <name>')
  expect(child.stderr).toBe('')
})

test.each([['--version'], ['-v']])('%s prints the version of the package', async (option) => {
  const child = cli(option)
  expect(await child.ended()).toBe(0)
  expect(child.lines).toEqual([require(path.join(PACKAGE, 'package.json')).version])
  expect(child.stderr).toBe('')
})

test('without a command it lists them, and the exit code is 2', async () => {
  const child = cli()
  expect(await child.ended()).toBe(2)
  expect(child.stderr).toMatch(/^Usage: deepstream-kafka \[options\] \[command\]\n/)
  expect(child.lines).toEqual([])
})

test.each([
  [['unknown'], "unknown command 'unknown'"],
  [['brokr'], "unknown command 'brokr'\n(Did you mean broker?)"],
  [['broker', '--topic'], "option '--topic <name>' argument missing"],
  [['broker', '--topics', 'a'], "unknown option '--topics'\n(Did you mean --topic?)"],
  [['broker', 'a'], "too many arguments for 'broker'. Expected 0 arguments but got 1."],
  [
    ['broker', '--topic', 'a', 'b'],
    "too many arguments for 'broker'. Expected 0 arguments but got 1."
  ]
])('the arguments %p say what is wrong, and the exit code is 2', async (args, complaint) => {
  const child = cli(...args)
  expect(await child.ended()).toBe(2)
  expect(child.stderr.replaceAll('\n\n', '\n')).toBe(`error: ${complaint}\n${HINT}\n`)
  expect(child.lines).toEqual([])
})

test('what fails is told in a line with its code, and the exit code is 1', async () => {
  const child = new Child(['--no-addons', COMMAND, 'broker'])
  expect(await child.ended()).toBe(1)
  expect(child.stderr).toMatch(/^error: ERR_KAFKA_ADDON: .*--no-addons.*\n$/)
  expect(child.lines).toEqual([])
})

describe('broker', () => {
  const runChild = useChildren()
  let broker
  let nodes
  afterEach(async () => {
    await nodes?.close()
    await broker.end()
  })

  test('prints a connectionString that other processes can use, until a signal ends it', async () => {
    broker = cli('broker', '--topic', 'a', '--topic', 'b')
    const line = await broker.said(/^connectionString: embedded:\d+$/)
    const connectionString = line.split(' ')[1]
    nodes = new Nodes(connectionString)
    const [node] = await nodes.start(1, { topic: 'b' })
    const messages = collect(node, 'E')
    const child = runChild(
      { connectionString, topic: 'b' },
      `
      const node = new MessageConnector(options)
      node.publish('E', 'hello')
      node.on('ready', () => node.close())
      `
    )
    expect(await child.ended()).toBe(0)
    expect(await filled(messages, 1)).toEqual(['hello'])
    await nodes.close()
    broker.kill('SIGTERM')
    expect(await broker.ended()).toBe(0)
    expect(broker.lines).toEqual([line])
    expect(broker.stderr).toBe('')
  })
})
