'use strict'

const { Child } = require('../support/child')
const suites = require('./suites')

jest.setTimeout(60000)

const broker = { connectionString: 'embedded', shared: '', isReal: false }

let server
beforeAll(async () => {
  // For tests with several processes: each process has an embedded broker of its own.
  server = new Child(['bin/deepstream-kafka.js', 'broker'])
  broker.shared = (await server.said(/^connectionString: /)).split(' ')[1]
})
afterAll(() => server.end())

describe('with the embedded broker', () => {
  suites.forEach((suite) => suite(broker))
})
