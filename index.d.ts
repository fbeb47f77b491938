/// <reference types="node" />

import { EventEmitter } from 'events'
import KafkaClusterNode = require('./cluster-node')
import Self = MessageConnector

/**
 * deepstream's message connector for Apache Kafka: all servers of a deepstream cluster share one Kafka
 * topic and read all of it.
 *
 * It starts to connect in the background when it is constructed. It keeps the process alive while it
 * connects and while it closes, but not in between.
 *
 * @example
 * const server = new Deepstream()
 * server.set('messageConnector', new MessageConnector({ connectionString: 'kafka-1:9092' }))
 */
declare class MessageConnector extends EventEmitter {
  /**
   * The cluster node: deepstream 4 and later use a plugin's default export, earlier versions never do. It is also what
   * TypeScript's default import gets without `esModuleInterop`: import `{ MessageConnector }` there.
   */
  static readonly default: typeof KafkaClusterNode

  /**
   * Checks the options and starts to connect. Emits no event before the current tick is over.
   *
   * @throws {MessageConnector.KafkaError} `ERR_KAFKA_OPTION`, `ERR_KAFKA_ZOOKEEPER` or
   *   `ERR_KAFKA_PROPERTY` if an option is missing, unknown or has a wrong value; `ERR_KAFKA_ADDON` if
   *   the package has no native addon for this platform
   */
  constructor(options: MessageConnector.Options)

  /** Whether the read position is pinned and messages flow. False again after close(). */
  isReady: boolean
  /** Name of this package. */
  name: string
  /** Version of this package. */
  version: string
  /** What deepstream 1 and 2.1 log when the connector is ready. */
  type: string
  /** What deepstream 2.2 and later log when the connector is ready. */
  description: string

  /**
   * Connects again after close(). deepstream calls it whenever it starts. Does nothing while the connector
   * is connecting or ready; while it is closing, it connects again when that is done.
   */
  init(): void

  /**
   * deepstream 2.3 and later call it before init(). From then on warnings go to deepstream's logger instead of the process.
   */
  setDeepstream(deepstream: object): void

  /**
   * Publishes to all other servers, in order. Serialises at once, so the message may be changed
   * afterwards. Before 'ready' messages wait in memory. Does nothing after close(). Delivery problems
   * are 'error' events.
   *
   * @param topic any string
   * @param message anything that JSON.stringify takes; `undefined` arrives as `undefined`
   * @throws {TypeError} if JSON.stringify cannot serialise the message (a cycle, a BigInt)
   */
  publish(topic: string, message: unknown): void

  /**
   * Calls the callback for each message that another server publishes to the topic from now on, in order. The
   * callbacks of a topic get the same parsed message. A callback that is subscribed twice is called
   * twice.
   *
   * @throws {TypeError} if the callback is not a function
   */
  subscribe<Message = any>(topic: string, callback: MessageConnector.Callback<Message>): void

  /**
   * Removes one subscription of the callback, the latest. Does nothing if there is none.
   */
  unsubscribe<Message = any>(topic: string, callback: MessageConnector.Callback<Message>): void

  /** Counters since the construction, across close() and init(). */
  stats(): MessageConnector.Stats

  /**
   * Adds the metrics of docs/monitoring.md to a registry of prom-client 13 or later. Their values are read from stats()
   * whenever the registry is. Several connectors may be in one registry: the labels `topic` and `sender` tell them apart.
   * Does nothing if this one is in it already.
   *
   * @example
   * connector.collect(require('prom-client').register)
   * @throws {TypeError} if it is not a registry
   */
  collect(registry: MessageConnector.Registry): void

  /** Where the metrics of the option `metrics` are, such as `http://127.0.0.1:9464/metrics`, while they are served. */
  readonly metricsUrl: string | undefined

  /**
   * Calls no callback any more, delivers within `flushTimeoutMs` what was published so far and in the
   * current tick, disconnects and emits 'close', even if no broker can be reached, and for each
   * call. Removes all subscriptions.
   */
  close(): void

  addListener<Name extends keyof MessageConnector.Events>(
    name: Name,
    listener: MessageConnector.Listener<Name>
  ): this
  on<Name extends keyof MessageConnector.Events>(
    name: Name,
    listener: MessageConnector.Listener<Name>
  ): this
  once<Name extends keyof MessageConnector.Events>(
    name: Name,
    listener: MessageConnector.Listener<Name>
  ): this
  prependListener<Name extends keyof MessageConnector.Events>(
    name: Name,
    listener: MessageConnector.Listener<Name>
  ): this
  prependOnceListener<Name extends keyof MessageConnector.Events>(
    name: Name,
    listener: MessageConnector.Listener<Name>
  ): this
  off<Name extends keyof MessageConnector.Events>(
    name: Name,
    listener: MessageConnector.Listener<Name>
  ): this
  removeListener<Name extends keyof MessageConnector.Events>(
    name: Name,
    listener: MessageConnector.Listener<Name>
  ): this
}

declare namespace MessageConnector {
  /** Gets the message and nothing else. */
  export type Callback<Message = any> = (message: Message) => void

  /** What `new MessageConnector()` takes: deepstream's `plugins.message.options`. */
  export interface Options {
    /**
     * The Kafka brokers as `host:port`, separated by commas. A few of them are enough, since they
     * know the others. `embedded` is an in-memory development broker inside this process,
     * `embedded:port` one that runs in another process (`npx deepstream-kafka broker`).
     */
    connectionString: string
    /**
     * Name of this server in the brokers' logs and quotas, and the beginning of its id on the bus. It need
     * not be unique, because servers may share a configuration file: a random suffix is added to the id.
     *
     * @default a random text
     */
    clientId?: string | number | null
    /**
     * The Kafka topic of this deepstream cluster. Nobody else may write to it.
     *
     * @default 'deepstream-msg'
     */
    topic?: string
    /**
     * Partitions of the Kafka topic, if it is created. The messages of one server keep their order
     * with any number, those of different servers only with one.
     *
     * @default 1
     */
    partitions?: number
    /**
     * Replication factor of the Kafka topic, if it is created; -1 is the brokers' default.
     *
     * @default -1
     */
    replicationFactor?: number
    /**
     * How long the brokers keep messages, in milliseconds, if the Kafka topic is created. A server
     * that is cut off for longer misses messages; no server ever reads messages older than itself.
     *
     * @default 3600000
     */
    retentionMs?: number
    /**
     * The largest message in bytes, including some 300 bytes for names and headers: for what this server
     * publishes, and for the Kafka topic, if it is created. A larger one is not sent, and causes an
     * 'error'. Smaller ones share a Kafka record of up to 256 KiB, or of this size if it is less.
     *
     * @default 16777216
     */
    maxMessageBytes?: number
    /**
     * Whether a missing Kafka topic is created. If not, the connector waits for the topic.
     *
     * @default true
     */
    createTopic?: boolean
    /**
     * After this many milliseconds without 'ready' an 'error' is emitted once, which ends a deepstream
     * server; the connector keeps trying. 0 means never: deepstream has a time limit of its own.
     *
     * @default 0
     */
    connectTimeoutMs?: number
    /**
     * How many milliseconds close() and the end of the process may wait until everything published is
     * delivered.
     *
     * @default 2000
     */
    flushTimeoutMs?: number
    /**
     * How many bytes of received messages may wait for JavaScript. If it lags further behind, reading
     * pauses, and nothing is lost.
     *
     * @default 16777216
     */
    inboxBytes?: number
    /**
     * How long, in milliseconds, deepstream is kept from dropping the other servers while Kafka is silent,
     * so that none of them can be heard. 0 turns it off.
     *
     * @default 60000
     */
    holdPeersMs?: number
    /**
     * Further librdkafka properties, such as `security.protocol` and `sasl.*`. Those on which
     * correctness depends are refused.
     *
     * @default {}
     * @see https://github.com/confluentinc/librdkafka/blob/v2.12.1/CONFIGURATION.md
     */
    kafka?: Record<string, string | number | boolean>
    /**
     * Gets tokens for SASL/OAUTHBEARER. It is called at the start and again after 80 % of a token's
     * lifetime; if it fails, it is called again after a pause, and `ERR_KAFKA_TOKEN` reports it.
     *
     * @default none
     */
    oauthToken?: () => Token | Promise<Token>
    /**
     * Instead of `oauthToken`, in a configuration file: a module that exports such a function. A relative
     * path is relative to the working directory.
     *
     * @default none
     */
    oauthTokenModule?: string
    /**
     * Where this server offers its metrics for Prometheus (`/metrics`) and its health (`/healthz`, `/readyz`) by HTTP.
     *
     * @default none
     */
    metrics?: MetricsOptions | null
    /** @deprecated Has no effect, as in 0.1.2, and causes a process warning. */
    zkOptions?: unknown
    /** @deprecated Has no effect, as in 0.1.2, and causes a process warning. */
    noAckBatchOptions?: unknown
  }

  /** Where metrics are served. */
  export interface MetricsOptions {
    /** 0 is any free port, see `metricsUrl`. */
    port: number
    /**
     * The address of this machine at which they are served; '0.0.0.0' is all of them. Nobody has to log in to read them.
     *
     * @default '127.0.0.1'
     */
    host?: string
  }

  /** The part of prom-client's Registry that collect() uses. */
  export interface Registry {
    registerMetric(metric: any): void
  }

  /** What a token provider returns. */
  export interface Token {
    /** The token itself, as the brokers expect it: usually a JWT. */
    value: string
    /** When it expires: a Date, or milliseconds since 1970. */
    expiresAt: number | Date
    /** Whom it represents, for librdkafka's own log. */
    principal?: string
    /** SASL extensions, such as `logicalCluster`. */
    extensions?: Record<string, string>
  }

  /** The events and their arguments. */
  export interface Events {
    /** Messages flow. Again after each init() that follows a close(). */
    ready: []
    /**
     * Something failed; the bus recovers by itself if it can. Before 'ready' this is only trouble that
     * cannot pass by itself, messages that are dropped, and `connectTimeoutMs`; the rest is a
     * warning then, of the process or in deepstream's log. So is the news that trouble is over.
     */
    error: [error: KafkaError]
    /** close() is done. */
    close: []
  }

  /** What listens to an event. */
  export type Listener<Name extends keyof Events> = (...values: Events[Name]) => void

  /** docs/errors.md explains each. */
  export type ErrorCode =
    | 'ERR_KAFKA_OPTION'
    | 'ERR_KAFKA_ADDON'
    | 'ERR_KAFKA_PROPERTY'
    | 'ERR_KAFKA_NO_BROKER'
    | 'ERR_KAFKA_NOT_A_BROKER'
    | 'ERR_KAFKA_ZOOKEEPER'
    | 'ERR_KAFKA_ADVERTISED_LISTENER'
    | 'ERR_KAFKA_AUTHENTICATION'
    | 'ERR_KAFKA_TOKEN'
    | 'ERR_KAFKA_AUTHORIZATION'
    | 'ERR_KAFKA_TLS'
    | 'ERR_KAFKA_TOPIC_MISSING'
    | 'ERR_KAFKA_CONNECT_TIMEOUT'
    | 'ERR_KAFKA_DISCONNECTED'
    | 'ERR_KAFKA_LEADER_SILENT'
    | 'ERR_KAFKA_PEERS_HELD'
    | 'ERR_KAFKA_MESSAGE_TOO_LARGE'
    | 'ERR_KAFKA_QUEUE_FULL'
    | 'ERR_KAFKA_DELIVERY'
    | 'ERR_KAFKA_INVALID_RECORD'
    | 'ERR_KAFKA_WIRE_VERSION'
    | 'ERR_KAFKA_THROTTLED'
    | 'ERR_KAFKA_NAME_TAKEN'
    | 'ERR_KAFKA_RECORDS_MISSED'
    | 'ERR_KAFKA_FETCH'
    | 'ERR_KAFKA_FLUSH_TIMEOUT'
    | 'ERR_KAFKA_METRICS'
    | 'ERR_KAFKA_INTERNAL'

  /** Every error of this package, thrown or emitted. Warnings have the same codes. */
  export interface KafkaError extends Error {
    /** Always 'Kafka error'. */
    name: string
    code: ErrorCode
    /** Whether it may pass without anybody changing anything. */
    retriable: boolean
    /** The deepstream topic that it concerns, if it concerns one. */
    topic?: string
    /** The underlying error, in librdkafka's words; `errno` is its error number. */
    cause?: Error & { errno?: number }
  }

  /**
   * Counters since the construction, and the current state. They are not one consistent snapshot. All of
   * them count messages, unless they say otherwise; many messages share a Kafka record.
   *
   * `received` is the sum of `delivered`, `filteredOwn`, `filteredDirect`, `filteredUnsubscribed` and
   * `duplicates`.
   */
  export interface Stats {
    /** Id of this server on the bus: the key of its Kafka records. */
    sender: string
    /** The Kafka topic. */
    topic: string
    /** Where in its life the connector is. */
    state: 'connecting' | 'ready' | 'closing' | 'closed'
    /** Messages that publish() accepted, so they were sent or are waiting to be. */
    published: number
    /** Bytes of their JSON texts. */
    publishedBytes: number
    /**
     * Messages that were not accepted (too large, or no room for more), or accepted and given up: Kafka
     * refused them, or closing had to end. All were reported in an 'error'.
     */
    publishFailed: number
    /** Messages that are not yet known to be stored by Kafka. */
    undelivered: number
    /** Messages read from Kafka, from any sender and for any server, including this server's own. */
    received: number
    /** Bytes of the values of all records that were read. */
    receivedBytes: number
    /** Messages passed on to JavaScript, because somebody here subscribed to their topic. */
    delivered: number
    /** Messages dropped because this server published them. */
    filteredOwn: number
    /** Direct messages to another server, dropped although somebody here subscribed to their topic. */
    filteredDirect: number
    /** Messages dropped because nobody here subscribed to their topic. */
    filteredUnsubscribed: number
    /** Messages dropped because this server had them already, or because their sender has restarted since. */
    duplicates: number
    /**
     * Records dropped because they are not messages of this bus or have a different format, and single
     * messages dropped because they are not JSON. All were reported in an 'error'.
     */
    invalid: number
    /** Messages of other servers that are lost here, by the gaps in their numbers. Reported in an 'error'. */
    missed: number
    /** How often every broker was gone. */
    disconnects: number
    /** Bytes of messages that are now waiting for JavaScript. */
    inboxBytes: number
    /** For how many milliseconds the oldest message has waited that is not yet known to be stored; 0 if none waits. */
    undeliveredMs: number
    /** How things stand with the brokers. */
    link: Link
    /** Since when, in milliseconds since 1970. */
    linkSince: number
    /**
     * How long the messages that were delivered here took: from the time stamp of their Kafka record, which has whole
     * milliseconds and is by the sender's clock, until this server read it.
     */
    delay: Histogram
    /** How long Kafka took to confirm the records of this server. */
    roundTrip: Histogram
    /** The other servers that were heard within the last minute, in no particular order. */
    peers: Peer[]
  }

  /**
   * - `none`: not ready
   * - `flowing`: the brokers are heard
   * - `doubtful`: one has been silent for about a second, and the reason is being looked for
   * - `cutOff`: no broker can be reached
   * - `leaderless`: there are brokers, but a partition has no leader
   * - `onlyOurs`: the leader answers others, but not this server, which replaces its clients if this lasts
   * - `denied`: the brokers deny this server reading, or logging in
   */
  export type Link =
    'none' | 'flowing' | 'doubtful' | 'cutOff' | 'leaderless' | 'onlyOurs' | 'denied'

  /** How often something took how long. */
  export interface Histogram {
    /** Upper bounds of the classes in milliseconds, in ascending order. */
    bounds: number[]
    /** How often it took up to each bound and longer than the one before; one more at the end for what took longer. */
    counts: number[]
    /** The sum of all in milliseconds. */
    sumMs: number
  }

  /** Another server on the bus, and what was counted of its messages here. */
  export interface Peer {
    /** Its id on the bus. */
    sender: string
    /** The name of its machine and its process id, if it was heard when it began. */
    host?: string
    /** Messages read of it, for whomever. */
    received: number
    /** Those of them that this server had already, or of an earlier life of it. */
    duplicates: number
    /** Messages of it that are lost here. */
    missed: number
    /** When it was heard last, in milliseconds since 1970, by this machine's clock. */
    lastSeen: number
  }

  export { Self as MessageConnector }
}

export = MessageConnector
