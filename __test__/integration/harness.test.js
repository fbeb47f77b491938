'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { execFile, spawn, spawnSync } = require('node:child_process')
const { once } = require('node:events')
const { promisify } = require('node:util')
const { Kafka, logLevel } = require('kafkajs')
const { eventually } = require('../../harness/eventually')
const { KafkaCluster } = require('../../harness/kafka')
const { cached } = require('../../harness/kafka/cache')
const { fetchMetadata } = require('../../harness/kafka/metadata')

const HARNESS = path.join(__dirname, '..', '..', 'harness', 'kafka')

/** A killed broker is missed sooner than by Kafka's default of 9 s, to keep these tests quick. */
const QUICK_SESSIONS = { 'broker.session.timeout.ms': 3000, 'broker.heartbeat.interval.ms': 500 }

/** The first start on a machine downloads Kafka; a busy machine takes its time for the others. */
const START_TIMEOUT_MS = 180000

// These tests are about the brokers that the harness starts itself.
delete process.env.KAFKA_BROKERS

jest.setTimeout(120000)

describe('a cluster of one broker', () => {
  /** @type {KafkaCluster} */
  let cluster
  beforeAll(async () => {
    cluster = await KafkaCluster.start({ config: QUICK_SESSIONS })
  }, START_TIMEOUT_MS)
  afterAll(() => cluster?.stop())

  test('serves at its address and logs into a file', async () => {
    const [broker] = cluster.brokers
    expect(cluster.connectionString).toBe(broker.address)
    expect((await fetchMetadata(broker.address)).brokers).toEqual([
      { id: broker.id, address: broker.address }
    ])
    expect(isAlive(broker.pid)).toBe(true)
    expect(fs.readFileSync(broker.logFile, 'utf8')).toContain('Kafka Server started')
  })

  test('has a topic after createTopic and not after deleteTopic', async () => {
    await cluster.createTopic('come-and-go', { partitions: 3, config: { 'retention.ms': 60000 } })
    expect((await topicsOf(cluster))['come-and-go']).toHaveLength(3)
    await cluster.deleteTopic('come-and-go')
    expect(await topicsOf(cluster)).not.toHaveProperty('come-and-go')
  })

  test('refuses to create a topic twice and to delete one that is not there', async () => {
    await cluster.createTopic('once')
    await expect(cluster.createTopic('once')).rejects.toThrow('The topic once exists already')
    await expect(cluster.deleteTopic('never')).rejects.toThrow()
  })

  test('does not create a topic because a client asks for it', async () => {
    await expect(send(cluster, 'unheard-of', 'lost')).rejects.toThrow()
    expect(await topicsOf(cluster)).not.toHaveProperty('unheard-of')
  })

  test('carries a message', async () => {
    await cluster.createTopic('carry')
    await send(cluster, 'carry', 'hello')
    expect(await receive(cluster, 'carry', 1)).toEqual(['hello'])
  })

  test('keeps address and data over a restart', async () => {
    const [broker] = cluster.brokers
    const { address, pid } = broker
    await cluster.createTopic('over-a-restart')
    await send(cluster, 'over-a-restart', 'before')
    await broker.restart()
    expect(broker.address).toBe(address)
    expect(broker.pid).not.toBe(pid)
    await send(cluster, 'over-a-restart', 'after')
    expect(await receive(cluster, 'over-a-restart', 2)).toEqual(['before', 'after'])
  })

  test('starts again after a kill, with its data', async () => {
    const [broker] = cluster.brokers
    const { pid } = broker
    await cluster.createTopic('over-a-kill')
    await send(cluster, 'over-a-kill', 'before')
    await broker.kill()
    expect(isAlive(pid)).toBe(false)
    expect(broker.pid).toBeUndefined()
    await expect(fetchMetadata(broker.address)).rejects.toThrow('ECONNREFUSED')
    expect(() => broker.pause()).toThrow('is not up')
    await broker.start()
    expect(await receive(cluster, 'over-a-kill', 1)).toEqual(['before'])
  })

  test('is silent while it is paused and answers when it is resumed', async () => {
    const [broker] = cluster.brokers
    broker.pause()
    expect(broker.isRunning).toBe(false)
    await expect(fetchMetadata(broker.address, 500)).rejects.toThrow('did not answer')
    broker.resume()
    const answer = await eventually(() => fetchMetadata(broker.address))
    expect(answer.brokers).toHaveLength(1)
  })

  test('can be stopped while it is paused', async () => {
    const [broker] = cluster.brokers
    broker.pause()
    await broker.stop()
    expect(broker.pid).toBeUndefined()
    await broker.start()
  })

  test('can be used and not controlled by a process that gets it from KAFKA_BROKERS', async () => {
    process.env.KAFKA_BROKERS = cluster.connectionString
    try {
      const joined = await KafkaCluster.start()
      expect(joined.connectionString).toBe(cluster.connectionString)
      await joined.createTopic('by-a-guest')
      expect(await topicsOf(cluster)).toHaveProperty('by-a-guest')
      await expect(joined.brokers[0].kill()).rejects.toThrow('it is not ours')
      expect(() => joined.brokers[0].pause()).toThrow('it is not ours')
      await joined.stop()
      expect(cluster.brokers[0].isRunning).toBe(true)
      await expect(KafkaCluster.start({ brokers: 3 })).rejects.toThrow('3 brokers wanted')
    } finally {
      delete process.env.KAFKA_BROKERS
    }
  })
})

describe('a cluster of three brokers', () => {
  /** @type {KafkaCluster} */
  let cluster
  beforeAll(async () => {
    cluster = await KafkaCluster.start({ brokers: 3, config: QUICK_SESSIONS })
  }, START_TIMEOUT_MS)
  afterAll(() => cluster?.stop())

  test('elects another leader when one is killed, and takes it back', async () => {
    await cluster.createTopic('fail-over', { replicationFactor: 3 })
    const victim = await cluster.leaderOf('fail-over')
    await victim.kill()

    const isOther = (leader) => leader && leader !== victim && leader
    const successor = await eventually(async () => isOther(await cluster.leaderOf('fail-over')), {
      timeoutMs: 40000,
      message: 'another leader'
    })
    await send(cluster, 'fail-over', 'still here')
    expect(await receive(cluster, 'fail-over', 1)).toEqual(['still here'])

    await victim.start()
    await cluster.untilInSync('fail-over')
    const { topics } = await fetchMetadata(successor.address)
    expect(topics['fail-over'][0].inSyncReplicas).toHaveLength(3)
  })
})

describe('a broker', () => {
  test.each(['SIGKILL', 'SIGTERM'])(
    'does not outlive a parent that %s ends',
    async (signal) => {
      const { parent, broker } = await startInAnotherProcess('setInterval(() => {}, 1000)')
      parent.kill(signal)
      await expectNothingLeft(broker)
    },
    START_TIMEOUT_MS
  )

  test(
    'neither outlives a parent that has no more to do, nor keeps it alive',
    async () => {
      const { broker } = await startInAnotherProcess('')
      await expectNothingLeft(broker)
    },
    START_TIMEOUT_MS
  )

  test(
    'that is paused does not outlive its parent either',
    async () => {
      const { parent, broker } = await startInAnotherProcess(
        'cluster.brokers[0].pause(); setInterval(() => {}, 1000)'
      )
      parent.kill('SIGKILL')
      await expectNothingLeft(broker)
    },
    START_TIMEOUT_MS
  )

  test(
    'that cannot start says why, and leaves nothing behind',
    async () => {
      const folders = () =>
        fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith('deepstream-kafka-'))
      const before = folders()
      const config = { 'log.retention.ms': 'for ever' }
      await expect(KafkaCluster.start({ config })).rejects.toThrow(
        /Kafka broker 1 \(127\.0\.0\.1:\d+\) .*The end of its log:\n[^]*Invalid value for ever/
      )
      expect(folders().filter((name) => !before.includes(name))).toEqual([])
    },
    START_TIMEOUT_MS
  )

  test(
    'that does not serve in time quotes its log',
    async () => {
      await expect(KafkaCluster.start({ startTimeoutMs: 100 })).rejects.toThrow(
        /did not serve within 100 ms\. The end of its log:/
      )
    },
    START_TIMEOUT_MS
  )
})

describe('serve.js', () => {
  test(
    'prints KAFKA_BROKERS and stops at Ctrl-C',
    async () => {
      const child = spawn(process.execPath, [path.join(HARNESS, 'serve.js')], {
        stdio: ['ignore', 'pipe', 'ignore']
      })
      const exited = once(child, 'exit')
      const [line] = await once(child.stdout, 'data')
      expect(String(line)).toMatch(/^KAFKA_BROKERS=127\.0\.0\.1:\d+\n$/)
      const address = String(line).trim().split('=')[1]
      expect((await fetchMetadata(address)).brokers).toHaveLength(1)
      child.kill('SIGINT')
      expect(await exited).toEqual([0, null])
      await expect(fetchMetadata(address)).rejects.toThrow('ECONNREFUSED')
    },
    START_TIMEOUT_MS
  )
})

describe('what the harness needs', () => {
  let folder
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'harness-test-'))
  })
  afterEach(() => fs.rmSync(folder, { recursive: true }))

  test('is fetched once when two processes ask at the same time', async () => {
    const target = path.join(folder, 'wanted')
    const made = await Promise.all([makeInAnotherProcess(target), makeInAnotherProcess(target)])
    expect(made.join('')).toBe('made')
    expect(fs.readdirSync(folder)).toEqual(['wanted'])
  })

  test('is fetched again when the process that fetched it was killed', async () => {
    const target = path.join(folder, 'wanted')
    fs.mkdirSync(`${target}.lock`)
    fs.utimesSync(`${target}.lock`, 0, 0) // since then its owner has not renewed it
    fs.writeFileSync(`${target}.partial`, 'half')
    await cached(target, async (temporary) => fs.writeFileSync(temporary, 'whole'))
    expect(fs.readFileSync(target, 'utf8')).toBe('whole')
    expect(fs.readdirSync(folder)).toEqual(['wanted'])
  })

  test('is reported when it is Java, with the command that installs it', async () => {
    await expect(startWithoutJava()).rejects.toThrow(
      /needs Java 17 or newer; found none.*apt-get install/
    )
  })
})

/**
 * @param {KafkaCluster} cluster
 * @returns {Promise<Record<string, object[]>>}
 */
async function topicsOf(cluster) {
  return (await fetchMetadata(cluster.brokers[0].address)).topics
}

/** @param {KafkaCluster} cluster */
function client(cluster) {
  const brokers = cluster.connectionString.split(',')
  return new Kafka({ clientId: 'harness-test', brokers, logLevel: logLevel.NOTHING })
}

/**
 * @param {KafkaCluster} cluster
 * @param {string} topic
 * @param {string} value
 */
async function send(cluster, topic, value) {
  const producer = client(cluster).producer({ allowAutoTopicCreation: true, retry: { retries: 3 } })
  await producer.connect()
  try {
    await producer.send({ topic, messages: [{ value }] })
  } finally {
    await producer.disconnect()
  }
}

/**
 * @param {KafkaCluster} cluster
 * @param {string} topic
 * @param {number} count
 * @returns {Promise<string[]>} the first messages of the topic
 */
async function receive(cluster, topic, count) {
  const values = []
  const consumer = client(cluster).consumer({ groupId: `readers-of-${topic}` })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({ eachMessage: async ({ message }) => values.push(String(message.value)) })
    await eventually(() => values.length >= count, { timeoutMs: 30000, message: 'the messages' })
  } finally {
    await consumer.disconnect()
  }
  return values
}

/**
 * @param {string} then JavaScript that the other process runs when its `cluster` serves
 * @returns {Promise<{ parent: import('node:child_process').ChildProcess,
 *   broker: { pid: number, logFile: string } }>}
 */
async function startInAnotherProcess(then) {
  const script = `
    const { KafkaCluster } = require(${JSON.stringify(HARNESS)})
    KafkaCluster.start().then((cluster) => {
      const [{ pid, logFile }] = cluster.brokers
      console.log(JSON.stringify({ pid, logFile }))
      ${then}
    })`
  const parent = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: process.env
  })
  const [line] = await once(parent.stdout, 'data')
  return { parent, broker: JSON.parse(line) }
}

/** @param {{ pid: number, logFile: string }} broker */
async function expectNothingLeft({ pid, logFile }) {
  const clusterFolder = path.dirname(path.dirname(logFile))
  const isGone = () => !isAlive(pid) && !fs.existsSync(clusterFolder)
  await eventually(isGone, { timeoutMs: 20000, message: `broker ${pid} and its data to vanish` })
}

/**
 * @param {number} pid
 * @returns {boolean} whether the process runs; one that is dead and waits for its parent does not
 */
function isAlive(pid) {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout !== '' && !stdout.startsWith('Z')
}

async function startWithoutJava() {
  const script = `
    const { KafkaCluster } = require(${JSON.stringify(HARNESS)})
    KafkaCluster.start().catch((error) => { console.error(error.message); process.exitCode = 1 })`
  const env = { PATH: '/nonexistent' }
  try {
    await promisify(execFile)(process.execPath, ['-e', script], { env })
  } catch (error) {
    throw new Error(error.stderr, { cause: error })
  }
}

/**
 * @param {string} target a file for the cache; making it takes a while
 * @returns {Promise<string>} 'made' from the process that made it, '' from one that found it
 */
async function makeInAnotherProcess(target) {
  const script = `
    const { cached } = require(${JSON.stringify(path.join(HARNESS, 'cache'))})
    cached(${JSON.stringify(target)}, async (temporary) => {
      process.stdout.write('made')
      await new Promise((resolve) => setTimeout(resolve, 500))
      require('fs').writeFileSync(temporary, '')
    })`
  return (await promisify(execFile)(process.execPath, ['-e', script])).stdout
}
