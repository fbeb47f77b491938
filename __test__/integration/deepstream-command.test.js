'use strict'

const http = require('node:http')
const { startBus } = require('../../harness/deepstream/bus')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { factsOf } = require('../../harness/deepstream/versions')
const { eventually } = require('../../harness/eventually')
const { CommandServer } = require('./support/command-server')
const { NO_TIMEOUT_MS } = require('./support/fixture')

jest.setTimeout(60000)

const REGISTRY = {
  legacy: { clusterNodeInactiveTimeout: NO_TIMEOUT_MS },
  modern: {
    clusterRegistry: {
      type: 'default',
      options: { keepAliveInterval: 400, nodeInactiveTimeout: NO_TIMEOUT_MS }
    }
  }
}

let bus
beforeAll(async () => {
  bus = await startBus()
}, 300000)
afterAll(() => bus?.stop())

describe.each([
  ['1.1.1', 'SIGTERM'],
  ['1.1.1', 'SIGINT'],
  ['2.4.1', 'SIGINT'],
  ['5.2.6', 'SIGINT'],
  ['7.0.2', 'SIGINT']
])('deepstream %s by its own command, which %s ends', (version, signal) => {
  let cluster
  let server
  afterEach(async () => {
    await server?.end()
    await cluster?.stop()
  })

  test('is a member of the cluster, and dropped when it leaves', async () => {
    const { era } = factsOf(version)
    const plugin = bus.plugin()
    cluster = await DeepstreamCluster.start({ version, servers: 1, plugin, config: REGISTRY[era] })
    const options = JSON.stringify(plugin.options)
    const yaml = {
      legacy: `plugins: { message: { name: kafka, options: ${options} } }`,
      modern: `clusterNode: { path: deepstream.io-msg-kafka/cluster-node, options: ${options} }`
    }
    server = await CommandServer.start({ version, name: 'by-command', yaml: yaml[era] })
    const isKnown = async () => (await cluster.servers[0].nodes()).includes('by-command')
    await eventually(isKnown)
    await server.connect()

    await server.stop(signal)

    await eventually(async () => !(await isKnown()))
  })
})

test('deepstream 2.4.1 refuses a WebSocket at another path than its own', async () => {
  const server = await CommandServer.start({ version: '2.4.1', name: 'alone' })
  try {
    expect(await answerTo(server.port, '/deepstream')).toBe(101)
    expect(await answerTo(server.port, '/other')).toBe(400)
  } finally {
    await server.end()
  }
})

/** @returns {Promise<number>} the status that a WebSocket's request gets */
function answerTo(port, path) {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': 13,
    'sec-websocket-key': Buffer.alloc(16).toString('base64')
  }
  return new Promise((resolve, reject) => {
    const request = http.get({ port, path, headers, agent: false })
    request.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy()
      resolve(statusCode)
    })
    request.on('response', (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    request.on('error', reject)
  })
}
