'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { Command } = require('commander')

const LIB = '../../packages/deepstream-kafka/lib'
const { ArgumentsError } = require(`${LIB}/arguments-error`)
const { findConfigFile } = require(`${LIB}/config-file`)
const { addConnectionOptions, readConnection } = require(`${LIB}/connection`)

let folder
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-'))))
afterEach(() => fs.rmSync(folder, { recursive: true }))

function write(name, content) {
  const file = path.join(folder, name)
  fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

/** What follows from these arguments of a command. */
function read(args, env = {}) {
  const command = addConnectionOptions(new Command('look')).exitOverride()
  return readConnection(command.parse(args, { from: 'user' }).opts(), env)
}

const MODERN = { clusterNode: { name: 'kafka', options: { connectionString: 'a:1' } } }
const LEGACY = { plugins: { message: { name: 'kafka', options: { connectionString: 'a:1' } } } }

describe('the arguments', () => {
  test('alone say where the brokers are, and no topic if none is named', () => {
    expect(read(['--connection-string', 'a:1'])).toEqual({
      options: { connectionString: 'a:1' },
      server: { nodeInactiveTimeoutMs: 6000 }
    })
  })

  test('set properties of librdkafka, whose values may contain everything', () => {
    const args = ['--kafka', 'sasl.password=a=b c', '--kafka', 'security.protocol=sasl_ssl']
    expect(read(['--connection-string', 'a:1', ...args]).options.kafka).toEqual({
      'sasl.password': 'a=b c',
      'security.protocol': 'sasl_ssl'
    })
  })

  test('win over the configuration file, one by one', () => {
    const file = write('config.json', {
      clusterNode: {
        name: 'kafka',
        options: { connectionString: 'a:1', topic: 't', retentionMs: 60000, kafka: { x: 1, y: 2 } }
      }
    })
    const args = ['--connection-string', 'b:2', '--topic', 'u', '--kafka', 'y=3']
    expect(read(['--config', file, ...args]).options).toEqual({
      connectionString: 'b:2',
      topic: 'u',
      retentionMs: 60000,
      kafka: { x: 1, y: '3' }
    })
  })

  test('that name brokers do not bring in a configuration that happens to be there', () => {
    const env = { DEEPSTREAM_CONFIG_DIRECTORY: write('config.json', MODERN) }
    expect(read([], env).server.generation).toBe('modern')
    expect(read(['--connection-string', 'b:2'], env)).toEqual({
      options: { connectionString: 'b:2' },
      server: { nodeInactiveTimeoutMs: 6000 }
    })
  })

  test('that are not a name and a value are refused without showing them, since they may be secret', () => {
    const attempt = () => read(['--connection-string', 'a:1', '--kafka', 'hunter2'])
    expect(attempt).toThrow(
      new ArgumentsError('--kafka needs a name and a value: --kafka name=value')
    )
  })
})

test('without arguments the file that deepstream would read is looked for', () => {
  const cwd = process.cwd()
  process.chdir(folder)
  try {
    expect(findConfigFile({})).toBe(undefined)
    expect(() => read([])).toThrow(/^Which Kafka brokers\?/)
    fs.mkdirSync('conf')
    write('conf/config.yml', MODERN)
    expect(findConfigFile({})).toBe('conf/config.yml')
    expect(read([]).options.connectionString).toBe('a:1')
  } finally {
    process.chdir(cwd)
  }
})

describe('the configuration', () => {
  test.each([
    ['of deepstream 4 and later', MODERN, 'modern', 'deepstream-cluster'],
    ['of deepstream 1 to 3', LEGACY, 'legacy', 'deepstream-msg']
  ])('%s decides the default topic', (_, config, generation, topic) => {
    const file = write('config.json', config)
    expect(read(['--config', file])).toEqual({
      options: { connectionString: 'a:1', topic },
      server: { file, generation, nodeInactiveTimeoutMs: 6000 }
    })
  })

  test('that has both is that of deepstream 4 and later, which ignores the other', () => {
    const file = write('config.json', { ...LEGACY, ...MODERN })
    expect(read(['--config', file]).server.generation).toBe('modern')
  })

  test.each([
    [{ ...LEGACY, serverName: 7, clusterNodeInactiveTimeout: 9 }, '7', 9],
    [
      {
        ...MODERN,
        serverName: 'x',
        clusterRegistry: { options: { nodeInactiveTimeout: 8 } }
      },
      'x',
      8
    ],
    [{ ...MODERN, serverName: 'UUID' }, undefined, 6000]
  ])('tells of the server: %p', (config, serverName, nodeInactiveTimeoutMs) => {
    const { server } = read(['--config', write('config.json', config)])
    expect(server.serverName).toBe(serverName)
    expect(server.nodeInactiveTimeoutMs).toBe(nodeInactiveTimeoutMs)
  })

  test.each([
    ['a.yml', 'port: 1', 'configures no message bus'],
    ['a.yml', 'clusterNode: {name: redis}', 'the name of clusterNode is redis'],
    ['a.yml', 'clusterNode: {type: vertical}', 'the type of clusterNode is vertical'],
    ['a.yml', 'plugins: {message: {name: amqp}}', 'the name of plugins.message is amqp'],
    ['a.yml', 'clusterNode: {name: kafka, options: text}', 'clusterNode.options in'],
    ['a.yml', '', 'contains no settings'],
    ['a.toml', '', "deepstream's configuration files end in .yml, .yaml, .json, .js"],
    [
      'a.yml',
      'clusterNode:\n  options: fileLoad(b.txt)',
      'b.txt, which cannot be read: it does not'
    ],
    ['a.js', 'throw new Error("broken")', 'cannot be loaded: broken']
  ])('%s with %p says what is wrong with it', (name, content, complaint) => {
    const file = write(name, content)
    expect(() => read(['--config', file])).toThrow(complaint)
    expect(() => read(['--config', file])).toThrow(file)
  })

  test('that is not there is named with its full path', () => {
    const attempt = () => read(['--config', 'no/such.yml'])
    expect(attempt).toThrow(`no/such.yml (${path.resolve('no/such.yml')}) cannot be read: it does`)
  })

  test.each([
    ['a.yml', 'a: 1\npassword: *hunter2', 'line 2'],
    ['a.yml', 'a: 1\npassword: !hunter2 x', 'line 2'],
    ['a.yml', 'a: 1\npassword: "hunter2', 'line 3'],
    ['a.json', '{"a": 1,\n"password": hunter2}', 'JSON']
  ])('%s with %p shows no secret when it is not valid', (name, content, complaint) => {
    const file = write(name, content)
    const attempt = () => read(['--config', file])
    expect(attempt).toThrow(complaint)
    expect(attempt).not.toThrow('hunter2')
  })
})
