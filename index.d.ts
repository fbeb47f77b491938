/// <reference types="node" />

import { EventEmitter } from 'events'
import KafkaClusterNode = require('./cluster-node')

/**
 * deepstream's message connector for Apache Kafka: all nodes of a deepstream cluster share one Kafka
 * topic and read all of it.
 *
 * It connects in the background from its construction on. It keeps the process alive while it
 * connects and while it closes, but not in between.
 *
 * @example
 * const server = new Deepstream()
 * server.set('messageConnector', new MessageConnector({ connectionString: 'kafka-1:9092' }))
 */
declare class MessageConnector extends EventEmitter<MessageConnector.Events> {
  /** The cluster node: deepstream 4 and later take a plugin's default export, earlier ones never do. */
  static readonly default: typeof KafkaClusterNode

  /**
   * Checks the options and starts to connect. Emits nothing before the current tick is over.
   *
   * @throws {MessageConnector.KafkaError} `ERR_KAFKA_OPTION`, `ERR_KAFKA_ZOOKEEPER` or
   *   `ERR_KAFKA_PROPERTY` if an option is missing, unknown or has a wrong value; `ERR_KAFKA_ADDON` if
   *   the package has no native addon for this platform
   */
  constructor(options: MessageConnector.Options)

  /** Whether the read position is pinned and messages flow. False again from close() on. */
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
   * Connects again after close(). deepstream calls it at each start. Does nothing while the connector
   * connects or is ready; during close() it connects again when that is done.
   */
  init(): void

  /**
   * Publishes to all other nodes, in order. Serialises at once, so that the message may be changed
   * afterwards. Before 'ready' messages wait in memory. Does nothing after close(). Delivery troubles
   * are 'error' events.
   *
   * @param topic any text
   * @param message anything that JSON.stringify takes; `undefined` arrives as `undefined`
   * @throws {TypeError} if JSON.stringify cannot serialise the message (a cycle, a BigInt)
   */
  publish(topic: string, message: unknown): void

  /**
   * Calls back for each message that another node publishes to the topic from now on, in order. The
   * callbacks of a topic get the same parsed message. A callback that is subscribed twice is called
   * twice.
   *
   * @throws {TypeError} if the callback is no function
   */
  subscribe<Message = any>(topic: string, callback: MessageConnector.Callback<Message>): void

  /**
   * Takes one subscription of the callback back, the latest. Does nothing if there is none.
   */
  unsubscribe<Message = any>(topic: string, callback: MessageConnector.Callback<Message>): void

  /** Counters since the construction, across close() and init(). */
  stats(): MessageConnector.Stats

  /**
   * Calls nobody back any more, delivers what was published so far and in the current tick within
   * `flushTimeoutMs`, disconnects and emits 'close', also when no broker can be reached, and at each
   * call. Removes all subscriptions.
   */
  close(): void
}

declare namespace MessageConnector {
  /** Gets the message and nothing else. */
  type Callback<Message = any> = (message: Message) => void

  /** What `new MessageConnector()` takes: deepstream's `plugins.message.options`. */
  interface Options {
    /**
     * The Kafka brokers as `host:port`, separated by commas. A few of them are enough: the brokers
     * tell of the others. `embedded` is an in-memory development broker inside this process,
     * `embedded:port` that of another process (`npx deepstream-kafka broker`).
     */
    connectionString: string
    /**
     * Name of this node in the broker's logs and quotas, and the beginning of its id on the bus. Need
     * not be unique, because nodes may share a configuration file: the id gets a random end.
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
     * Partitions of the Kafka topic, should it be created. The messages of one node keep their order
     * with any number, those of different nodes only with one.
     *
     * @default 1
     */
    partitions?: number
    /**
     * Replication factor of the Kafka topic, should it be created; -1 is the broker's default.
     *
     * @default -1
     */
    replicationFactor?: number
    /**
     * How long the broker keeps messages, in milliseconds, should the Kafka topic be created. A node
     * that cannot be reached for longer misses messages; none ever reads what is older than itself.
     *
     * @default 3600000
     */
    retentionMs?: number
    /**
     * The largest message in bytes, with some 300 bytes for what travels with it: for what this node
     * publishes, and for the Kafka topic, should it be created. A larger one is not sent and becomes an
     * 'error'. Smaller ones share a Kafka record of up to 256 KiB, or of this size if it is less.
     *
     * @default 16777216
     */
    maxMessageBytes?: number
    /**
     * Whether an absent Kafka topic is created. Without it the connector waits for the topic.
     *
     * @default true
     */
    createTopic?: boolean
    /**
     * After so many milliseconds without 'ready' an 'error' is emitted once, which ends a deepstream
     * server; connecting goes on. 0 is never: deepstream has a time limit of its own.
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
     * How many bytes of received messages may wait for JavaScript. When it lags further behind, reading
     * pauses, and nothing is lost.
     *
     * @default 16777216
     */
    inboxBytes?: number
    /**
     * How long, in milliseconds, deepstream is kept from dropping the other servers while Kafka is silent
     * and none of them can be heard. 0 turns it off.
     *
     * @default 60000
     */
    holdPeersMs?: number
    /**
     * Further librdkafka properties, such as `security.protocol` and `sasl.*`. Those on which
     * correctness rests are refused.
     *
     * @default {}
     * @see https://github.com/confluentinc/librdkafka/blob/v2.12.1/CONFIGURATION.md
     */
    kafka?: Record<string, string | number | boolean>
    /**
     * Gets tokens for SASL/OAUTHBEARER. It is called at the start and again when 80 % of a token's life are
     * over; when it fails, again after a pause, and `ERR_KAFKA_TOKEN` tells it.
     *
     * @default none
     */
    oauthToken?: () => Token | Promise<Token>
    /**
     * Instead of `oauthToken`, in a configuration file: a module that exports such a function. A relative
     * path begins at the working directory.
     *
     * @default none
     */
    oauthTokenModule?: string
    /** @deprecated Has no effect, as in 0.1.2, and causes a process warning. */
    zkOptions?: unknown
    /** @deprecated Has no effect, as in 0.1.2, and causes a process warning. */
    noAckBatchOptions?: unknown
  }

  /** What a provider of tokens returns. */
  interface Token {
    /** The token itself, as the brokers want it: mostly a JWT. */
    value: string
    /** When it ends: a Date, or milliseconds since 1970. */
    expiresAt: number | Date
    /** Whom it stands for, for librdkafka's own log. */
    principal?: string
    /** SASL extensions, such as `logicalCluster`. */
    extensions?: Record<string, string>
  }

  /** The events and their arguments. */
  interface Events {
    /** Messages flow. Again after each init() that follows a close(). */
    ready: []
    /**
     * Something failed; the bus goes on by itself if it can. Before 'ready' only what cannot pass by
     * itself, messages that are dropped, and `connectTimeoutMs`; the rest is a process warning then. That
     * a trouble is over is a process warning as well.
     */
    error: [error: KafkaError]
    /** close() is done. */
    close: []
  }

  /** docs/errors.md explains each. */
  type ErrorCode =
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
    | 'ERR_KAFKA_INTERNAL'

  /** Every error of this package, thrown or emitted. Process warnings have the same codes. */
  interface KafkaError extends Error {
    /** Always 'Kafka error'. */
    name: string
    code: ErrorCode
    /** Whether it may pass without anybody changing something. */
    retriable: boolean
    /** The deepstream topic that it concerns, if it concerns one. */
    topic?: string
    /** What lies underneath, in librdkafka's words; `errno` is its error number. */
    cause?: Error & { errno?: number }
  }

  /**
   * Counters since the construction, and the state of now. They are not one consistent cut. All of them
   * count messages, unless they say something else; many messages share a Kafka record.
   *
   * `received` is the sum of `delivered`, `filteredOwn`, `filteredDirect`, `filteredUnsubscribed` and
   * `duplicates`.
   */
  interface Stats {
    /** Id of this node on the bus: the key of its Kafka records. */
    sender: string
    /** The Kafka topic. */
    topic: string
    /** Where in its life the connector is. */
    state: 'connecting' | 'ready' | 'closing' | 'closed'
    /** Messages that publish() accepted, so that they were sent or wait to be. */
    published: number
    /** Bytes of their JSON texts. */
    publishedBytes: number
    /**
     * Messages that were not accepted (too large, or no room for more), or accepted and given up: Kafka
     * refused them, or closing had to end. Each was told in an 'error'.
     */
    publishFailed: number
    /** Messages that are not known to be stored by Kafka now. */
    undelivered: number
    /** Messages read from Kafka, from whomever and for whomever, this node's own among them. */
    received: number
    /** Bytes of the values of all records that were read. */
    receivedBytes: number
    /** Messages handed on to JavaScript, because somebody here subscribed to their topic. */
    delivered: number
    /** Messages dropped because this node published them. */
    filteredOwn: number
    /** Direct messages to another node, dropped although somebody here subscribed to their topic. */
    filteredDirect: number
    /** Messages dropped because nobody here subscribed to their topic. */
    filteredUnsubscribed: number
    /** Messages dropped because this node had had them, or because their sender has begun anew since. */
    duplicates: number
    /**
     * Records dropped because they are no messages of this bus or have another format, and single
     * messages dropped because they are no JSON. Each was told in an 'error'.
     */
    invalid: number
    /** Messages of other nodes that are lost here, by the gaps in their numbers. Told in an 'error'. */
    missed: number
    /** How often every broker was gone. */
    disconnects: number
    /** Bytes of messages that wait for JavaScript now. */
    inboxBytes: number
  }
}

export = MessageConnector
