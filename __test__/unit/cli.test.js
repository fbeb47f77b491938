'use strict'

const path = require('node:path')
const { Child, useChildren, ROOT } = require('../support/child')
const { Nodes, collect, filled } = require('../support/nodes')

jest.setTimeout(30000)

const COMMAND = path.join(ROOT, 'bin', 'deepstream-kafka.js')

const cli = (...args) => new Child([COMMAND, ...args])

test.each([['--help'], ['-h']])('%s prints the usage', async (option) => {
  const child = cli(option)
  expect(await child.ended()).toBe(0)
  expect(child.lines[0]).toMatch(/^Usage: deepstream-kafka broker/)
  expect(child.stderr).toBe('')
})

test.each([
  [[]],
  [['unknown']],
  [['broker', '--topic']],
  [['broker', '--topics', 'a']],
  [['broker', 'a']],
  [['broker', '--topic', 'a', 'b']]
])('the arguments %p end with the usage and exit code 2', async (args) => {
  const child = cli(...args)
  expect(await child.ended()).toBe(2)
  expect(child.stderr).toMatch(/^Usage: deepstream-kafka broker/)
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
