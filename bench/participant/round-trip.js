'use strict'

const { nowMs } = require('./clock')

const PING = 'PING'
const PONG = 'PONG'

/** The id of a ping whose only purpose is to get an answer. */
const PROBE_ID = -1
const PROBE_INTERVAL_MS = 20

/**
 * Answers every ping, for as long as the connector lives.
 *
 * @param {object} connector
 */
function answerPings(connector) {
  connector.subscribe(PING, ({ data }) =>
    connector.publish(PONG, { topic: PONG, action: 'RES', data })
  )
}

/** The pinging side. Its subscription stays, so that no ping ever waits for one to go live. */
class Pinger {
  /**
   * @param {object} connector
   */
  constructor(connector) {
    this.connector = connector
    this.onPong = () => {}
    connector.subscribe(PONG, ({ data }) => this.onPong(data[0]))
  }

  ping(id) {
    this.connector.publish(PING, { topic: PING, action: 'REQ', data: [id] })
  }

  /**
   * Pings until the first answer: until then a subscription may not be live on either side.
   *
   * @returns {Promise<void>}
   */
  probe() {
    return new Promise((resolve) => {
      const timer = setInterval(() => this.ping(PROBE_ID), PROBE_INTERVAL_MS)
      this.onPong = () => {
        clearInterval(timer)
        resolve()
      }
    })
  }

  /**
   * One ping after the other, each sent when the answer to the one before has come.
   *
   * @param {number} count
   * @returns {Promise<Float64Array>} the duration of each round trip in milliseconds
   */
  measure(count) {
    return new Promise((resolve) => {
      const tripsMs = new Float64Array(count)
      let id = 0
      let sentAt = 0
      const send = () => {
        sentAt = nowMs()
        this.ping(id)
      }
      this.onPong = (answered) => {
        if (answered !== id) return
        tripsMs[id++] = nowMs() - sentAt
        if (id < count) send()
        else resolve(tripsMs)
      }
      send()
    })
  }
}

module.exports = { answerPings, Pinger }
