'use strict'

/**
 * Every code that an error of this package can have, with its meaning.
 * `src/error.rs` contains those of the engine, docs/errors.md explains them all; a test compares the three.
 */
const CODES = {
  ERR_KAFKA_OPTION: 'an option is missing, unknown, has a wrong value, or has no effect',
  ERR_KAFKA_ADDON: 'the native addon cannot be loaded',
  ERR_KAFKA_PROPERTY: 'a librdkafka property is unknown, has a wrong value, or may not be set',
  ERR_KAFKA_NO_BROKER: 'nothing listens at the configured addresses',
  ERR_KAFKA_NOT_A_BROKER: 'something listens there that does not speak Kafka',
  ERR_KAFKA_ZOOKEEPER: 'the address is ZooKeeper’s, not a Kafka broker’s',
  ERR_KAFKA_ADVERTISED_LISTENER: 'a broker refers clients to an address that they cannot reach',
  ERR_KAFKA_AUTHENTICATION: 'the broker rejected the credentials',
  ERR_KAFKA_TOKEN: 'the token provider does not return a valid token',
  ERR_KAFKA_AUTHORIZATION: 'the broker denies an operation',
  ERR_KAFKA_TLS: 'the TLS handshake fails',
  ERR_KAFKA_TOPIC_MISSING: 'the Kafka topic does not exist and was not created',
  ERR_KAFKA_CONNECT_TIMEOUT: 'not ready within connectTimeoutMs',
  ERR_KAFKA_DISCONNECTED: 'every broker is gone',
  ERR_KAFKA_LEADER_SILENT: 'the leader of a partition does not answer',
  ERR_KAFKA_PEERS_HELD: 'Kafka is silent, and deepstream does not drop the other servers',
  ERR_KAFKA_MESSAGE_TOO_LARGE: 'a message exceeds a size limit and was not sent',
  ERR_KAFKA_QUEUE_FULL: 'the queue of unsent messages is full and a message was dropped',
  ERR_KAFKA_DELIVERY: 'a message could not be delivered',
  ERR_KAFKA_INVALID_RECORD: 'a record of the Kafka topic is not a message of this bus',
  ERR_KAFKA_WIRE_VERSION: 'a record has a later format than this package knows',
  ERR_KAFKA_THROTTLED: 'a Kafka quota slows this server down',
  ERR_KAFKA_NAME_TAKEN: 'another server has the same id on the bus',
  ERR_KAFKA_RECORDS_MISSED: 'messages were gone before this server could read them',
  ERR_KAFKA_FETCH: 'reading the Kafka topic fails',
  ERR_KAFKA_FLUSH_TIMEOUT: 'messages were still unsent when closing had to end',
  ERR_KAFKA_METRICS: 'the metrics cannot be served',
  ERR_KAFKA_INTERNAL: 'a defect in this package'
}

/** An error of this package. */
class KafkaError extends Error {
  /**
   * @param {keyof typeof CODES} code
   * @param {string} message what happened, to what, and what to do
   * @param {{cause?: unknown, topic?: string, retriable?: boolean}} [details] what lies underneath,
   *   the deepstream topic concerned, whether it may pass by itself
   */
  constructor(code, message, { cause, topic, retriable = false } = {}) {
    super(message)
    this.code = code
    this.retriable = retriable
    if (cause !== undefined) this.cause = cause
    if (topic !== undefined) this.topic = topic
  }

  /**
   * @param {Error} error that a call of the engine threw
   * @returns {KafkaError}
   */
  static fromThrown(error) {
    return error instanceof KafkaError ? error : new KafkaError(error.code, error.message)
  }

  /**
   * @param {object} event a warning or an error of the engine
   * @returns {KafkaError}
   */
  static fromEvent({ code, message, topic, retriable, cause, errno }) {
    const details = { topic: topic ?? undefined, retriable }
    if (cause != null) details.cause = Object.assign(new Error(cause), errno != null && { errno })
    return new KafkaError(code, message, details)
  }
}

// deepstream logs an error's toString(); the original connector's errors began like this.
Object.defineProperty(KafkaError.prototype, 'name', {
  value: 'Kafka error',
  configurable: true,
  writable: true
})

/**
 * @param {KafkaError} error
 * @returns {string} for one line of a log
 */
function describe({ code, message, cause }) {
  return `${code}: ${message}${cause ? ` (${cause.message})` : ''}`
}

module.exports = { CODES, KafkaError, describe }
