'use strict'

const { nowMs } = require('./clock')

const PING = 'PING'
const PONG = 'PONG'

const PROBE_INTERVAL_MS = 20

/**
 * Pings the other participants and answers their pings, for as long as the connector lives. Its
 * subscriptions stay, so that no ping ever waits for one to go live.
 */
class Pinger {
  /**
   * @param {object} connector
   */
  constructor(connector) {
    this.connector = connector
    this.onPong = () => {}
    /** The id of the latest probe; those of other pings are not negative. */
    this.probeId = 0
    connector.subscribe(PING, ({ data: [id, asker] }) => {
      const data = [id, asker, process.pid]
      connector.publish(PONG, { topic: PONG, action: 'RES', data })
    })
    connector.subscribe(PONG, ({ data: [id, asker, answerer] }) => {
      if (asker === process.pid) this.onPong(id, answerer)
    })
  }

  ping(id) {
    this.connector.publish(PING, { topic: PING, action: 'REQ', data: [id, process.pid] })
  }

  /**
   * Pings until all others have answered. Then all subscriptions are live, and the others have read
   * whatever was sent before.
   *
   * @param {number} others how many
   * @returns {Promise<void>}
   */
  probe(others) {
    return new Promise((resolve) => {
      const answerers = new Set()
      const id = --this.probeId
      const timer = setInterval(() => this.ping(id), PROBE_INTERVAL_MS)
      this.ping(id)
      this.onPong = (answered, answerer) => {
        if (answered !== id || answerers.add(answerer).size < others) return
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

module.exports = { Pinger }
