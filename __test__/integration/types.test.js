'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const { COMPILERS, installCompiler } = require('../support/compilers')
const { ROOT } = require('../support/child')

const run = promisify(execFile)
const NAME = 'deepstream.io-msg-kafka'

// Compilers on a busy machine. The set-up of the tests has downloaded them.
jest.setTimeout(120000)

const IMPORTS = {
  named: `
    import { MessageConnector } from '${NAME}'
    import { KafkaClusterNode } from '${NAME}/cluster-node'`,
  default: `
    import MessageConnector from '${NAME}'
    import KafkaClusterNode from '${NAME}/cluster-node'`,
  required: `
    import MessageConnector = require('${NAME}')
    import KafkaClusterNode = require('${NAME}/cluster-node')`
}

const USE = `
  const options: MessageConnector.Options = { connectionString: 'kafka-1:9092' }
  const connector: MessageConnector = new MessageConnector(options)
  const again: MessageConnector = connector.once('ready', () => connector.publish('E', {}))
  again.on('error', ({ code, topic }) => code === 'ERR_KAFKA_TLS' && topic?.length)
  declare const services: KafkaClusterNode.Services
  const node: KafkaClusterNode = new KafkaClusterNode(options, services, { serverName: 'a' })
  node.send({ topic: 4 })

  // @ts-expect-error there is no such event
  connector.on('message', () => {})
  // @ts-expect-error there is no such code
  connector.on('error', ({ code }) => code === 'ERR_REDIS')
  // @ts-expect-error 'ready' has no argument
  connector.off('ready', (value: string) => value)
  // @ts-expect-error topics of a connector are texts
  connector.subscribe(4, () => {})
  // @ts-expect-error topics of a cluster node are numbers
  node.subscribe('EVENT', () => {})`

/** How a program finds packages, and in which ways it may import them then. */
const MODES = {
  node10: {
    options: { module: 'commonjs', moduleResolution: 'node', esModuleInterop: true },
    files: ['named.ts', 'default.ts', 'required.ts']
  },
  'node10 without esModuleInterop': {
    options: { module: 'commonjs', moduleResolution: 'node', esModuleInterop: false },
    files: ['named.ts', 'required.ts']
  },
  node16: {
    options: { module: 'node16', moduleResolution: 'node16' },
    files: ['named.ts', 'default.ts', 'required.ts', 'named.mts', 'default.mts']
  },
  bundler: {
    options: { module: 'esnext', moduleResolution: 'bundler' },
    files: ['named.ts', 'default.ts']
  }
}

let workplace
beforeAll(() => {
  workplace = fs.mkdtempSync(path.join(os.tmpdir(), 'types-test-'))
  const installed = path.join(workplace, 'node_modules', NAME)
  fs.mkdirSync(installed, { recursive: true })
  fs.mkdirSync(path.join(workplace, 'node_modules', '@types'))
  for (const file of ['package.json', 'index.d.ts', 'cluster-node.d.ts']) {
    fs.copyFileSync(path.join(ROOT, file), path.join(installed, file))
  }
  for (const [way, imports] of Object.entries(IMPORTS)) {
    fs.writeFileSync(path.join(workplace, `${way}.ts`), imports + USE)
    fs.writeFileSync(path.join(workplace, `${way}.mts`), imports + USE)
  }
})
afterAll(() => fs.rmSync(workplace, { recursive: true, force: true }))

describe.each(COMPILERS)('TypeScript $typescript with @types/node $types', (compiler) => {
  let tsc
  beforeAll(async () => {
    const installed = await installCompiler(compiler)
    tsc = installed.tsc
    const link = path.join(workplace, 'node_modules', '@types', 'node')
    fs.rmSync(link, { force: true })
    fs.symlinkSync(installed.types, link)
  })

  test.each(compiler.modes)('finds both faces and their types: %s', async (mode) => {
    const { options, files } = MODES[mode]
    const major = Number.parseInt(compiler.typescript, 10)
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: 'es2022',
      lib: ['es2022'],
      types: ['node'],
      // Types of Node may have errors of their own in newer compilers; and only the latest is fast enough.
      skipLibCheck: major < 7,
      // TypeScript 6 takes some of them only so.
      ...(major === 6 && { ignoreDeprecations: '6.0' }),
      ...options
    }
    fs.writeFileSync(
      path.join(workplace, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files })
    )
    const compiled = run(process.execPath, [tsc, '--project', workplace])
    const { stdout } = await compiled.catch((error) => error)
    expect(stdout).toBe('')
  })
})
