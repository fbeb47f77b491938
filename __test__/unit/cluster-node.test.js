'use strict'

const { CODES, KafkaError } = require('../../lib/errors')

/** The face that the cluster node gave to its bus. */
let mockFace
const mockPublished = []
jest.mock('../../lib/bus', () => ({
  Bus: class {
    constructor(_options, face) {
      mockFace = face
    }

    open() {}

    publish(_channel, message) {
      mockPublished.push(message)
    }

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

describe('when the process exits', () => {
  const STATUS = { topic: 9, action: 2, serverName: 'a' }
  const LEAVE = { topic: 9, action: 1, name: 'a' }

  function leaveAfter(...messages) {
    for (const message of messages) node.send(message)
    mockPublished.length = 0
    mockFace.takeLeave()
    return mockPublished
  }

  test('a server that is in the cluster takes leave, once', () => {
    expect(leaveAfter(STATUS, { topic: 4, action: 1 })).toEqual([{ ...LEAVE, serverName: 'a' }])
    expect(leaveAfter()).toEqual([])
  })

  test.each([
    ['has not joined yet', []],
    ['has said so itself', [STATUS, LEAVE]]
  ])('a server that %s does not', (_, messages) => {
    expect(leaveAfter(...messages)).toEqual([])
  })
})
