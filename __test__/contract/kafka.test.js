'use strict'

const { KafkaCluster } = require('../../harness/kafka')
const suites = require('./suites')

jest.setTimeout(120000)

const broker = { connectionString: '', shared: '', isReal: true, cluster: undefined }

beforeAll(async () => {
  broker.cluster = await KafkaCluster.start({
    brokers: 1,
    config: { 'broker.session.timeout.ms': 3000, 'broker.heartbeat.interval.ms': 500 }
  })
  broker.connectionString = broker.shared = broker.cluster.connectionString
}, 180000)
afterAll(() => broker.cluster?.stop())

describe('with Apache Kafka', () => {
  suites.forEach((suite) => suite(broker))
})
