'use strict'

const fs = require('node:fs')
const path = require('node:path')
const yaml = require('js-yaml')
const { KAFKA_VERSION } = require('../../harness/kafka/download')
const { useBroker } = require('../support/broker')
const { administer } = require('../support/topic-admin')

const ROOT = path.join(__dirname, '..', '..')
const { services } = yaml.load(fs.readFileSync(path.join(ROOT, 'compose.yaml'), 'utf8'))
const BROKER = 4

const named = Object.entries(services).map(([name, service]) => ({ name, ...service }))
const brokers = named.filter(({ image }) => image?.startsWith('apache/kafka:'))
const servers = named.filter(({ profiles }) => profiles?.includes('deepstream'))

/** What the image makes of its environment; it keeps CLUSTER_ID for itself. */
function propertiesOf({ environment }) {
  const variables = Object.entries(environment).filter(([name]) => name.startsWith('KAFKA_'))
  return Object.fromEntries(
    variables.map(([name, value]) => [
      name.slice('KAFKA_'.length).toLowerCase().replaceAll('_', '.'),
      String(value)
    ])
  )
}

/** Where clients come in, `host:port` by the listener's name. */
function listeners(text) {
  return Object.fromEntries(text.split(',').map((each) => each.split('://')))
}

test('compose.yaml publishes every port to this machine alone', () => {
  const ports = named.flatMap((service) => service.ports)
  expect(ports).toHaveLength(6)
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
})

test.each(brokers)('$name advertises to this machine the port that is published', (broker) => {
  const { 'advertised.listeners': advertised, listeners: own } = propertiesOf(broker)
  const [, port] = listeners(advertised).HOST.split(':')
  expect(listeners(advertised).HOST).toBe(`localhost:${port}`)
  expect(listeners(own).HOST).toBe(`:${port}`)
  expect(broker.ports).toEqual([`127.0.0.1:${port}:${port}`])
})

test.each(brokers)('$name advertises to the others an address that it listens at', (broker) => {
  const { 'advertised.listeners': advertised, listeners: own } = propertiesOf(broker)
  const { INTERNAL } = listeners(advertised)
  expect(INTERNAL).toBe(`${broker.hostname}${listeners(own).INTERNAL}`)
  expect(broker.hostname).toBe(broker.name)
})

test.each(servers)('$name has what the example needs, and an address of the broker', (server) => {
  const example = path.join(ROOT, server.build)
  const config = fs.readFileSync(path.join(example, 'config.yml'), 'utf8')
  const needed = [...config.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
  const { INTERNAL } = listeners(propertiesOf(services.kafka)['advertised.listeners'])
  expect(Object.keys(server.environment).sort()).toEqual(needed.sort())
  expect(server.environment).toEqual({ SERVER_NAME: server.name, KAFKA: INTERNAL })
  expect(server.ports[0].split(':')[2]).toBe(String(yaml.load(config).httpServer.options.port))
  expect(Object.keys(server.depends_on)).toEqual(['kafka'])
})

test('what three brokers store is stored by two of them at least', () => {
  const cluster = brokers.filter(({ profiles }) => profiles?.includes('cluster'))
  expect(cluster).toHaveLength(3)
  for (const broker of cluster) {
    expect(propertiesOf(broker)).toMatchObject({
      'default.replication.factor': '3',
      'min.insync.replicas': '2'
    })
  }
})

describe.each([
  ['kafka', services.kafka],
  ['kafka-1', services['kafka-1']]
])('a broker without Docker that has the version and the properties of %s', (_, service) => {
  const properties = propertiesOf(service)
  /** Of this machine instead of the container's. */
  const place = /listeners$|^node\.id|^process\.roles|^log\.dirs|^controller\.|listener\./
  const config = Object.fromEntries(
    Object.entries(properties).filter(([name]) => !place.test(name))
  )
  const broker = useBroker({ config })

  test('starts, and knows each of them by its name', async () => {
    const known = await administer(broker.connectionString, (admin) =>
      admin.describeConfigs({ resources: [{ type: BROKER, name: '1' }], includeSynonyms: false })
    )
    const values = Object.fromEntries(
      known.resources[0].configEntries.map(({ configName, configValue }) => [
        configName,
        configValue
      ])
    )
    expect(service.image).toBe(`apache/kafka:${KAFKA_VERSION}`)
    expect(Object.keys(values)).toEqual(expect.arrayContaining(Object.keys(properties)))
    expect(values).toMatchObject(config)
  })
})
