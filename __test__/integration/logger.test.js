'use strict'

const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { freePorts } = require('../../harness/kafka/ports')
const { ROOT } = require('../support/child')

jest.setTimeout(60000)

/** Longer than it takes until the connector warns that there is no broker. */
const START_TIMEOUT_MS = 8000

/** @returns {Promise<string>} all that a server printed that had no broker and gave up */
async function logsWithoutBroker(version) {
  const [port] = await freePorts(1)
  const start = DeepstreamCluster.start({
    version,
    servers: 1,
    config: { dependencyInitialisationTimeout: START_TIMEOUT_MS },
    plugin: { name: 'kafka', source: ROOT, options: { connectionString: `127.0.0.1:${port}` } }
  })
  return start.then(
    () => Promise.reject(new Error('It started without a broker')),
    ({ message }) => message
  )
}

const LOGGED = /PLUGIN_ERROR \| ERR_KAFKA_NO_BROKER: No Kafka broker listens at/
const PRINTED = /\[ERR_KAFKA_NO_BROKER\] KafkaWarning: No Kafka broker listens at/

test.each(['2.4.1', '3.0.0'])(
  'deepstream %s gives its logger to the connector, which warns there',
  async (version) => {
    const logs = await logsWithoutBroker(version)
    expect(logs).toMatch(LOGGED)
    expect(logs).not.toMatch(PRINTED)
  }
)

test.each(['1.0.3', '1.1.1'])('deepstream %s does not, so the process warns', async (version) => {
  const logs = await logsWithoutBroker(version)
  expect(logs).toMatch(PRINTED)
  expect(logs).not.toMatch(LOGGED)
})
