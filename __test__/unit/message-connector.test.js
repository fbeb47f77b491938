'use strict'

const { KafkaError } = require('../../lib/errors')
const { useWarnings } = require('../support/warnings')

/** The face that the connector gave to its bus. */
let mockFace
jest.mock('../../lib/bus', () => ({
  Bus: class {
    constructor(_options, face) {
      mockFace = face
    }

    open() {}
  }
}))

const MessageConnector = require('../..')

const warnings = useWarnings()
const warning = new KafkaError('ERR_KAFKA_NO_BROKER', 'Nobody is there.', {
  cause: new Error('refused')
})

let connector
let logged
const logger = { log: (...args) => logged.push(args) }
beforeEach(() => {
  logged = []
  connector = new MessageConnector({ connectionString: 'a:9092' })
})

test('without deepstream a warning is one of the process', () => {
  mockFace.warning(warning)
  expect(warnings).toEqual([
    {
      message: 'Nobody is there.',
      type: 'KafkaWarning',
      code: 'ERR_KAFKA_NO_BROKER',
      detail: 'refused'
    }
  ])
})

test('a warning goes to deepstream’s logger where deepstream gives it', () => {
  connector.setDeepstream({ _options: { logger } })
  mockFace.warning(warning)
  expect(logged).toEqual([[2, 'PLUGIN_ERROR', 'ERR_KAFKA_NO_BROKER: Nobody is there. (refused)']])
  expect(warnings).toEqual([])
})

test.each([undefined, {}, { _options: {} }, { _options: { logger: {} } }])(
  'a deepstream without such a logger, %j, leaves it at process warnings',
  (deepstream) => {
    connector.setDeepstream(deepstream)
    mockFace.warning(warning)
    expect(warnings).toHaveLength(1)
  }
)
