/** Compiles, and each line under `@ts-expect-error` does not: `npx tsc --noEmit -p __test__/types/tsconfig.json` */
import MessageConnector = require('../../index')
import type { EventEmitter } from 'events'

const options: MessageConnector.Options = {
  connectionString: 'kafka-1:9092,kafka-2:9092',
  clientId: null,
  topic: 'deepstream-msg',
  partitions: 1,
  replicationFactor: 3,
  retentionMs: 3600000,
  maxMessageBytes: 16 * 1024 * 1024,
  createTopic: false,
  connectTimeoutMs: 1500,
  flushTimeoutMs: 2000,
  inboxBytes: 1024 * 1024,
  holdPeersMs: 0,
  oauthToken: async () => ({
    value: 'token',
    expiresAt: new Date(),
    extensions: { logicalCluster: 'lkc-1' }
  }),
  metrics: { port: 0 },
  kafka: { 'security.protocol': 'sasl_ssl', 'linger.ms': 5, 'socket.nagle.disable': true }
}

const connector = new MessageConnector(options)
const emitter: EventEmitter = connector
const isReady: boolean = connector.isReady
connector.description = `${connector.name} ${connector.version} ${connector.type}`

connector.once('ready', () => connector.publish('E', { action: 'EVT', data: [undefined] }))
connector.on('close', () => connector.init())
connector.on('error', (error) => {
  const isTooLarge: boolean = error.code === 'ERR_KAFKA_MESSAGE_TOO_LARGE'
  const topic: string | undefined = error.topic
  const errno: number | undefined = error.cause?.errno
  console.error(`${error}`, error.retriable, isTooLarge, topic, errno)
})

interface Patch {
  version: number
}
const untyped = (message: any) => console.log(message.anything)
const typed = (message: Patch) => console.log(message.version)
connector.subscribe('R', untyped)
connector.subscribe<Patch>('R', typed)
connector.unsubscribe('R', typed)
connector.publish('R', undefined)

const { sender, topic, state, inboxBytes }: MessageConnector.Stats = connector.stats()
const metricsUrl: string | undefined = connector.metricsUrl
const isClosed: boolean = state === 'closed'
connector.close()

console.log(emitter, isReady, sender, topic, inboxBytes, isClosed, metricsUrl)

const services = { logger: { warn() {}, error() {}, fatal() {} } }
const config = { serverName: 'node-1' }
new MessageConnector.default({ connectionString: 'a:9092', zkOptions: {} }, services, config).send({
  topic: 4
})

// @ts-expect-error the options are required
new MessageConnector()
// @ts-expect-error the connectionString is required
new MessageConnector({ clientId: 'a' })
// @ts-expect-error a token without its end
new MessageConnector({ connectionString: 'a:9092', oauthToken: () => ({ value: 'token' }) })
// @ts-expect-error an unknown option
new MessageConnector({ connectionString: 'a:9092', host: 'a' })
// @ts-expect-error a number as text
new MessageConnector({ connectionString: 'a:9092', partitions: '1' })
// @ts-expect-error properties are simple values
new MessageConnector({ connectionString: 'a:9092', kafka: { 'sasl.username': ['a'] } })
// @ts-expect-error a message is required, if only undefined
connector.publish('E')
// @ts-expect-error topics are texts
connector.subscribe(1, untyped)
// @ts-expect-error the callback gets one argument
connector.subscribe('E', (message: any, sender: string) => console.log(message, sender))
// @ts-expect-error there is no such event
connector.on('message', () => {})
// @ts-expect-error there is no such code
connector.on('error', (error) => error.code === 'ERR_REDIS')
// @ts-expect-error 'ready' has no argument
connector.on('ready', (value: string) => console.log(value))
// @ts-expect-error stats are not writable through a typo
connector.stats().publishd
