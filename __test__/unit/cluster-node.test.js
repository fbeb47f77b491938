'use strict'

const { CODES, KafkaError } = require('../../lib/errors')

/** The face that the cluster node gave to its bus. */
let mockFace
jest.mock('../../lib/bus', () => ({
  Bus: class {
    constructor(_options, face) {
      mockFace = face
    }

    open() {}

    close() {
      setImmediate(() => mockFace.closed())
    }
  }
}))

const ClusterNode = require('../../cluster-node')

const FINAL = [
  'ERR_KAFKA_PROPERTY',
  'ERR_KAFKA_AUTHENTICATION',
  'ERR_KAFKA_AUTHORIZATION',
  'ERR_KAFKA_INTERNAL'
]
const PASSING = Object.keys(CODES).filter((code) => !FINAL.includes(code))

let logged
let services
let node
beforeEach(() => {
  logged = []
  const log = (level) => (event, message) => logged.push([level, event, message])
  services = { logger: { warn: log('warn'), error: log('error'), fatal: log('fatal') } }
  node = new ClusterNode({ connectionString: 'a:9092' }, services, { serverName: 'a' })
})

function levelOf(code, tell = 'error') {
  logged = []
  mockFace[tell](new KafkaError(code, 'it happened'))
  return logged.map(([level]) => level).join()
}

test.each(FINAL)('%s is fatal for a node that starts, and only then', async (code) => {
  expect(levelOf(code)).toBe('fatal')
  expect(logged).toEqual([['fatal', 'PLUGIN_INITIALIZATION_ERROR', `${code}: it happened`]])
  mockFace.ready()
  await node.whenReady()
  expect(levelOf(code)).toBe('error')
})

test.each(FINAL)('%s is not fatal for a node that is closed before it is ready', async (code) => {
  const closed = node.close()
  expect(levelOf(code)).toBe('error')
  await closed
})

test.each(PASSING)('%s is never fatal', (code) => {
  expect(levelOf(code)).toBe('error')
  expect(levelOf(code, 'warning')).toBe('warn')
  mockFace.ready()
  expect(levelOf(code)).toBe('error')
})

test('an entry has the code, what happened, and what librdkafka says', () => {
  mockFace.error(new KafkaError('ERR_KAFKA_FETCH', 'Reading fails.', { cause: new Error('why') }))
  expect(logged).toEqual([['error', 'PLUGIN_ERROR', 'ERR_KAFKA_FETCH: Reading fails. (why)']])
})

test('it logs in its namespace, with the logger that deepstream has by then', () => {
  const namespaces = []
  const replaced = {
    getNameSpace(namespace) {
      namespaces.push(namespace)
      return services.logger.plain
    },
    plain: { warn: () => namespaces.push('warned') }
  }
  services.logger = replaced
  mockFace.warning(new KafkaError('ERR_KAFKA_NO_BROKER', 'nobody there'))
  expect(namespaces).toEqual(['KAFKA_CLUSTER_NODE', 'warned'])
})
