'use strict'

const { Kafka, Partitioners, logLevel } = require('kafkajs')

/** Another program at the Kafka topic: reads and writes records as they are. */
class ForeignClient {
  #kafka
  #producer
  #topic

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
   * @param {string} key
   * @param {(string | Buffer | null)[]} values
   */
  async write(key, values) {
    if (!this.#producer) {
      this.#producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
      await this.#producer.connect()
    }
    const messages = values.map((value) => ({ key, value }))
    await this.#producer.send({ topic: this.#topic, messages })
  }

  /** Writes the message as the node `sender` would, its JSON text untouched. */
  async writeMessages(key, jsons, sender = 'foreign') {
    await this.write(
      key,
      jsons.map((json) => `{"data":${json},"_s":"${sender}"}`)
    )
  }

  /**
   * @param {number} count
   * @returns {Promise<{ key: string, value: string, partition: number, headers: object }[]>} the first
   *   so many records of the topic
   */
  async read(count) {
    const consumer = this.#kafka.consumer({ groupId: `foreign-${this.#topic}` })
    await consumer.connect()
    try {
      await consumer.subscribe({ topic: this.#topic, fromBeginning: true })
      return await new Promise((resolve, reject) => {
        const records = []
        const eachMessage = async ({ message, partition }) => {
          const { key, value, headers } = message
          records.push({ key: String(key), value: String(value), partition, headers })
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

module.exports = { ForeignClient }
