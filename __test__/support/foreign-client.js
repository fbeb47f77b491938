'use strict'

const { randomUUID } = require('node:crypto')
const { Kafka, Partitioners, logLevel } = require('kafkajs')

/** The life of a foreign sender that the test does not care about. */
const LIFE = '00000000000000aa'

/** Another program at the Kafka topic: reads and writes records as they are. */
class ForeignClient {
  #kafka
  #producer
  #topic
  /** The number of the next message. */
  #next = 0

  /**
   * @param {string} connectionString
   * @param {string} topic of Kafka
   */
  constructor(connectionString, topic) {
    const brokers = connectionString.split(',')
    this.#kafka = new Kafka({ clientId: 'foreign', brokers, logLevel: logLevel.NOTHING })
    this.#topic = topic
  }

  /**
   * Writes records as they are.
   *
   * @param {{ key: string | null, value: string | Buffer | null, headers?: object }[]} records
   */
  async write(records) {
    if (!this.#producer) {
      this.#producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
      await this.#producer.connect()
    }
    await this.#producer.send({ topic: this.#topic, messages: records })
  }

  /**
   * Writes messages as a node would, one record each, their JSON texts untouched.
   *
   * @param {string} channel the deepstream topic
   * @param {string[]} jsons
   * @param {{ sender?: string, life?: string, first?: number, more?: object }} [from] the record that the first one
   *   is; `more` are further headers of each
   */
  async writeMessages(channel, jsons, { sender = 'foreign', life, first = this.#next, more } = {}) {
    this.#next = first + jsons.length
    await this.write(
      jsons.map((json, n) =>
        record({ sender, life, first: first + n, runs: [[channel, 1]], more }, json)
      )
    )
  }

  /**
   * @param {number} count
   * @returns {Promise<{ key: string, value: string, partition: number, headers: object }[]>} the first
   *   so many records of the topic
   */
  async read(count) {
    const consumer = this.#kafka.consumer({ groupId: `foreign-${randomUUID()}` })
    await consumer.connect()
    try {
      await consumer.subscribe({ topic: this.#topic, fromBeginning: true })
      return await new Promise((resolve, reject) => {
        const records = []
        const eachMessage = async ({ message, partition }) => {
          const { key, value, headers } = message
          const texts = Object.entries(headers).map(([name, text]) => [name, String(text)])
          records.push({
            key: String(key),
            value: String(value),
            partition,
            headers: Object.fromEntries(texts)
          })
          if (records.length === count) resolve(records)
        }
        consumer.run({ eachMessage }).catch(reject)
      })
    } finally {
      await consumer.disconnect()
    }
  }

  async close() {
    await this.#producer?.disconnect()
  }
}

/**
 * A record in wire format 1, see docs/wire-format.md.
 *
 * @param {{ sender?: string, version?: string, life?: string, first?: number | string, runs?: unknown, more?: object }}
 *   headers `more` are further ones
 * @param {string | Buffer | null} value
 */
function record({ sender = 'foreign', version = '1', life = LIFE, first = 0, runs, more }, value) {
  const headers = { version, life, first: String(first), runs: JSON.stringify(runs), ...more }
  return { key: sender, value, headers }
}

module.exports = { ForeignClient, record }
