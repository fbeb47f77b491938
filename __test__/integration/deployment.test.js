'use strict'

const { execFileSync } = require('node:child_process')
const { randomUUID } = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const yaml = require('js-yaml')
const { DeepstreamCluster } = require('../../harness/deepstream/cluster')
const { folderOf } = require('../../harness/deepstream/versions')
const { eventually } = require('../../harness/eventually')
const { freePorts } = require('../../harness/kafka/ports')
const { useBroker } = require('../support/broker')
const { Child, ROOT } = require('../support/child')
const { NO_TIMEOUT_MS } = require('./support/fixture')

jest.setTimeout(60000)

const EXAMPLES = path.join(ROOT, 'examples', 'deployment')
const VERSION = '7.0.2'
const read = (file) => fs.readFileSync(path.join(EXAMPLES, file), 'utf8')

/** How each of the examples starts the server, and by which signal it is stopped. */
const COMMANDS = {
  Dockerfile: {
    command: JSON.parse(/^CMD (.+)$/m.exec(read('Dockerfile'))[1]),
    signal: /^STOPSIGNAL (.+)$/m.exec(read('Dockerfile'))[1]
  },
  'deepstream.service': {
    command: /^ExecStart=\/usr\/bin\/env (.+)$/m.exec(read('deepstream.service'))[1].split(' '),
    signal: /^KillSignal=(.+)$/m.exec(read('deepstream.service'))[1]
  }
}

const REGISTRY = {
  clusterRegistry: {
    type: 'default',
    options: { keepAliveInterval: 500, nodeInactiveTimeout: NO_TIMEOUT_MS }
  }
}

const broker = useBroker()
let folder, server, cluster
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'deployment-test-'))
  fs.symlinkSync(path.join(folderOf(VERSION), 'node_modules'), path.join(folder, 'node_modules'))
})
afterEach(async () => {
  await server?.end()
  await cluster?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

describe.each(Object.entries(COMMANDS))('the server of %s', (_, { command, signal }) => {
  test('joins the cluster, is healthy, and leaves when it is stopped', async () => {
    const topic = `topic-${randomUUID()}`
    const { connectionString } = broker
    const plugin = { name: 'kafka', source: ROOT, options: { connectionString, topic } }
    cluster = await DeepstreamCluster.start({
      version: VERSION,
      servers: 1,
      plugin,
      config: REGISTRY
    })
    const [port] = await freePorts(1)
    const config = read('config.yml')
      .replace('port: 6020', `port: ${port}`)
      .replace('connectionString: ${KAFKA}', `connectionString: \${KAFKA}\n    topic: ${topic}`)
    fs.writeFileSync(path.join(folder, 'config.yml'), config)
    const env = { SERVER_NAME: 'deployed', KAFKA: connectionString }

    server = new Child(command, env, folder)

    const nodes = () => cluster.servers[0].nodes()
    await eventually(async () => (await nodes()).includes('deployed'), { timeoutMs: 30000 })
    const { healthPath } = probes()
    expect((await fetch(`http://127.0.0.1:${port}${healthPath}`)).status).toBe(200)
    server.kill(signal)
    expect(await server.ended()).toBe(0)
    await eventually(async () => !(await nodes()).includes('deployed'))
  })
})

test('kubernetes.yaml fits together, and to config.yml and the Dockerfile', () => {
  const [service, deployment] = yaml.loadAll(read('kubernetes.yaml'))
  const { template, selector } = deployment.spec
  const [container] = template.spec.containers
  const { httpServer } = yaml.load(read('config.yml'))
  expect(service.spec.selector).toEqual(template.metadata.labels)
  expect(selector.matchLabels).toEqual(template.metadata.labels)
  expect(container.ports.map(({ name }) => name)).toContain(service.spec.ports[0].targetPort)
  expect(container.ports[0].containerPort).toBe(httpServer.options.port)
  expect(read('Dockerfile')).toMatch(new RegExp(`^EXPOSE ${httpServer.options.port}$`, 'm'))
  const variables = [...read('config.yml').matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
  expect(container.env.map(({ name }) => name).sort()).toEqual(variables.sort())
})

const onLinux = process.platform === 'linux' ? test : test.skip

onLinux('systemd has nothing against deepstream.service', () => {
  const unit = path.join(folder, 'deepstream.service')
  // What it names is not on this machine.
  const text = read('deepstream.service')
    .replace('/opt/deepstream', folder)
    .replace('User=deepstream', 'User=root')
  fs.writeFileSync(unit, text.replace(/^EnvironmentFile=.*$/m, ''))
  expect(
    execFileSync('systemd-analyze', ['verify', unit], { encoding: 'utf8', stdio: 'pipe' })
  ).toBe('')
})

function probes() {
  const [, deployment] = yaml.loadAll(read('kubernetes.yaml'))
  const [{ startupProbe, livenessProbe }] = deployment.spec.template.spec.containers
  expect(livenessProbe.httpGet).toEqual(startupProbe.httpGet)
  return { healthPath: startupProbe.httpGet.path }
}
