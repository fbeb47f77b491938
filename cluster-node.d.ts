/// <reference types="node" />

import MessageConnector = require('./index')
import Self = KafkaClusterNode

/**
 * deepstream's cluster node for Apache Kafka, for deepstream 4 and later: all servers of a deepstream cluster share
 * one Kafka topic and read all of it. It satisfies `DeepstreamClusterNode` of `@deepstream/types`.
 *
 * It starts to connect in the background when it is constructed. It keeps the process alive while it connects and
 * while it closes, but not in between.
 *
 * @example
 * # config.yml
 * clusterNode:
 *   path: deepstream.io-msg-kafka/cluster-node
 *   options:
 *     connectionString: kafka-1:9092,kafka-2:9092
 *
 * @example
 * const server = new Deepstream({ serverName: 'node-1' })
 * const options = { connectionString: 'kafka-1:9092' }
 * const node = new KafkaClusterNode(options, server.getServices(), server.getConfig())
 * server.set('clusterNode', node)
 * server.start()
 */
declare class KafkaClusterNode {
  /**
   * Checks the options and starts to connect.
   *
   * @param options deepstream's `clusterNode.options`
   * @param services deepstream's services; it uses the logger
   * @param config deepstream's configuration; it uses the name of the server, which is this node's id on
   *   the bus. No other running server of the cluster may have it; if one does, `ERR_KAFKA_NAME_TAKEN` is logged.
   * @throws {KafkaClusterNode.KafkaError} `ERR_KAFKA_OPTION`, `ERR_KAFKA_ZOOKEEPER` or `ERR_KAFKA_PROPERTY` if an
   *   option is missing, unknown or has a wrong value, or services or config are missing; `ERR_KAFKA_ADDON` if the
   *   package has no native addon for this platform
   */
  constructor(
    options: KafkaClusterNode.Options,
    services: KafkaClusterNode.Services,
    config: KafkaClusterNode.Config
  )

  /** What deepstream logs when the node is ready. */
  description: string

  /** Does nothing: the node starts to connect when it is constructed. */
  init(): void

  /**
   * Resolves when the read position is pinned and messages flow. Never rejects. As long as there is no broker it stays
   * pending, and a warning is logged; deepstream gives up after `dependencyInitializationTimeout`.
   */
  whenReady(): Promise<void>

  /**
   * Sends to all other nodes, in one order with direct messages. Serialises at once, so the message may be
   * changed afterwards. Before the node is ready messages wait in memory. Does nothing once the tick in which
   * close() was called is over. Delivery problems are logged.
   *
   * @param message passed to the callbacks of its `topic`
   * @param metaData not sent
   * @throws {TypeError} if JSON.stringify cannot serialise the message
   */
  send(message: KafkaClusterNode.Message, metaData?: any): void

  /**
   * Like send(), but to one node. The others read it and drop it. If there is no such node, all of them do.
   *
   * @param serverName name of the server to which that node belongs
   */
  sendDirect(serverName: string, message: KafkaClusterNode.Message, metaData?: any): void

  /** Calls the callback for each message of the topic that another node sends from now on, in order. */
  subscribe<SpecificMessage>(
    topic: number,
    callback: (message: SpecificMessage, originServerName: string) => void
  ): void

  /** Counters since the construction. */
  stats(): MessageConnector.Stats

  /** As of the message connector. */
  collect(registry: MessageConnector.Registry): void

  /** As of the message connector. */
  readonly metricsUrl: string | undefined

  /**
   * Calls no callback any more, delivers within `flushTimeoutMs` what was sent so far and in the current tick, and
   * disconnects. Always resolves, even if no broker can be reached.
   */
  close(): Promise<void>
}

declare namespace KafkaClusterNode {
  /** What `clusterNode.options` takes. */
  export interface Options extends MessageConnector.Options {
    /**
     * Name of this server in the brokers' logs and quotas.
     *
     * @default the name of the server
     */
    clientId?: string | number | null
    /**
     * The Kafka topic of this deepstream cluster. Nobody else may write to it, not even servers of deepstream 3 and
     * earlier.
     *
     * @default 'deepstream-cluster'
     */
    topic?: string
  }

  /** Any message of deepstream: an object that JSON can express, with the number of its topic. */
  export interface Message {
    topic: number
  }

  /** The part of deepstream's services that the node uses. */
  export interface Services {
    /** Read whenever there is something to log. */
    logger: Logger & {
      getNameSpace?(namespace: string): Logger
    }
  }

  /** The part of deepstream's logger that the node uses. */
  export interface Logger {
    /** For trouble that may pass while the node connects, and for the news that a running node's trouble is over. */
    warn(event: string, message: string): void
    /** For trouble of a running node, which continues. */
    error(event: string, message: string): void
    /**
     * For trouble that cannot pass while the node connects: a file that has become unusable since the construction,
     * rejected credentials, denied rights, a defect.
     */
    fatal(event: string, message: string): void
  }

  /** The part of deepstream's configuration that the node uses. */
  export interface Config {
    serverName: string
  }

  /** docs/errors.md explains each. */
  export type KafkaError = MessageConnector.KafkaError
  export type Stats = MessageConnector.Stats

  export { Self as KafkaClusterNode, Self as default }
}

export = KafkaClusterNode
