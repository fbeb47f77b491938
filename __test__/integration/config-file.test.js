'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { installServer } = require('../../harness/deepstream/install')
const { readConfigFile } = require('../../packages/deepstream-kafka/lib/config-file')

/** The first use of a version on a machine installs it. */
jest.setTimeout(180000)

const LEGACY = `
serverName: \${DS_NAME}
# connectionString: wrong
clusterNodeInactiveTimeout: 7000
plugins:
  message:
    name: kafka
    options:
      connectionString: \${DS_BROKERS}
      clientId: \${DS_UNSET}
      kafka:
        sasl.username: 'a#b'
`

const MODERN = `
serverName: \${DS_NAME}
# connectionString: wrong
clusterRegistry:
  options:
    nodeInactiveTimeout: 7000
clusterNode:
  name: kafka
  options:
    connectionString: \${DS_BROKERS}   # the brokers
    clientId: \${DS_UNSET}
    kafka:
      ssl.ca.location: file(ca.pem)
      ssl.key.location: file(/etc/key.pem)
      sasl.password: fileLoad(secret.txt)
      sasl.username: "a#b"
`

let folder
const variables = { DS_NAME: 'server 1', DS_BROKERS: 'a:1,b:2' }
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'config-'))
  Object.assign(process.env, variables)
})
afterEach(() => {
  fs.rmSync(folder, { recursive: true })
  for (const name of Object.keys(variables)) delete process.env[name]
})

/** @returns {Promise<object>} the configuration as this deepstream reads it */
async function loadedBy(version, file) {
  const isModern = Number(version.split('.')[0]) > 3
  const server = path.join(
    await installServer(version),
    'node_modules',
    isModern ? '@deepstream/server/dist/src/config' : 'deepstream.io/src/config'
  )
  // It has no build for this Node, and is not needed.
  if (!isModern)
    jest.doMock(path.join(server, '../../node_modules/uws/uws.js'), () => ({}), { virtual: true })
  const loader = require(path.join(server, 'js-yaml-loader.js'))
  const load = loader.loadConfigWithoutInitialization ?? loader.loadConfigWithoutInitialisation
  return (await (isModern ? load(file, [], {}) : load(file, {}))).config
}

test.each(['1.0.3', '1.1.1', '2.4.1', '3.0.0'])(
  'a configuration of deepstream %s is read as it reads it',
  async (version) => {
    const file = path.join(folder, 'config.yml')
    fs.writeFileSync(file, LEGACY)
    const theirs = await loadedBy(version, file)
    const { options, server } = readConfigFile(file)
    expect(options).toEqual(theirs.plugins.message.options)
    expect(options).toMatchObject({ connectionString: 'a:1,b:2', clientId: 'DS_UNSET' })
    expect(server.serverName).toBe(theirs.serverName)
    expect(server.nodeInactiveTimeoutMs).toBe(theirs.clusterNodeInactiveTimeout)
  }
)

test.each(['5.2.6', '7.0.2'])(
  'a configuration of deepstream %s is read as it reads it',
  async (version) => {
    const file = path.join(folder, 'config.yml')
    const withoutComment = MODERN.replace(/ {6}sasl.username.*\n/, '')
    fs.writeFileSync(file, withoutComment)
    fs.writeFileSync(path.join(folder, 'secret.txt'), 'for $& ${DS_NAME}')
    const theirs = await loadedBy(version, file)
    const { options, server } = readConfigFile(file)
    expect(options).toEqual(theirs.clusterNode.options)
    expect(options.kafka['ssl.ca.location']).toBe(path.join(folder, 'ca.pem'))
    expect(options.clientId).toBe(null)
    expect(server.serverName).toBe(theirs.serverName)
    expect(server.nodeInactiveTimeoutMs).toBe(theirs.clusterRegistry.options.nodeInactiveTimeout)
    // A # in quotes breaks it for them, so it does here.
    fs.writeFileSync(file, MODERN)
    await expect(loadedBy(version, file)).rejects.toThrow()
    expect(() => readConfigFile(file)).toThrow('is not valid YAML, in line')
  }
)
