'use strict'

const { NativeDevBroker } = require('../../native')
const suites = require('./suites')

jest.setTimeout(120000)

const broker = { connectionString: 'embedded', shared: '', isReal: false }

// For tests with several processes: each process has an embedded broker of its own. It creates no topic by itself.
const server = new NativeDevBroker()
broker.shared = `embedded:${server.address.split(':')[1]}`
broker.createTopic = (topic) => server.createTopic(topic, 1)

describe('with the embedded broker', () => {
  suites.forEach((suite) => suite(broker))
})
