'use strict'

const { useWarnings } = require('../support/warnings')

const warnings = useWarnings()

let readOptions
beforeEach(() => {
  jest.resetModules()
  readOptions = require('../../lib/options').readOptions
})

test('what 0.1.2 took and ignored is ignored, and one warning in a process says what to do', () => {
  const obsolete = { zkOptions: { sessionTimeout: 5 }, noAckBatchOptions: null }
  const options = readOptions({ connectionString: 'a:9092', ...obsolete })
  readOptions({ connectionString: 'a:9092', ...obsolete })
  for (const name of Object.keys(obsolete)) expect(options).not.toHaveProperty(name)
  expect(warnings).toEqual([
    {
      type: 'KafkaWarning',
      code: 'ERR_KAFKA_OPTION',
      message: expect.stringMatching(
        /^The options zkOptions and noAckBatchOptions have no effect.* Remove them\. .*option kafka/
      )
    }
  ])
})

test('one of them alone is named alone', () => {
  readOptions({ connectionString: 'a:9092', zkOptions: {} })
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^The option zkOptions has no effect.* Remove it\./)
  ])
})

test('without them there is no warning', () => {
  readOptions({ connectionString: 'a:9092' })
  expect(warnings).toEqual([])
})
