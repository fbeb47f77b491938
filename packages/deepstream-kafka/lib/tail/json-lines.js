'use strict'

const { visible } = require('../text')

/** What may stand between the tokens of a JSON text, too; deepstream writes none. */
const BLANK = /[\t\r]/

/** Writes messages as JSON objects, one a line, for machines. */
class JsonLines {
  /**
   * @param {import('./entries').Entry} entry
   * @returns {string} the message itself is the text that its sender wrote, so that its numbers are the same
   */
  message({ timestamp, partition, offset, sender, addressee, number, json, decoded }) {
    const { topic, action, name, message } = decoded
    const head = { time: timeOf(timestamp), sender, addressee, topic, action, name }
    const place = { partition, offset, number }
    if (message === undefined) {
      return visible(JSON.stringify({ ...head, ...place, ...(json !== '' && { text: json }) }))
    }
    const text = BLANK.test(json) ? JSON.stringify(message) : json
    return visible(`${JSON.stringify({ ...head, ...place }).slice(0, -1)},"message":${text}}`)
  }

  /** @param {object} record of a Tap, which cannot be read */
  unreadable({ timestamp, partition, offset, bytes, sender, problem }) {
    const time = timeOf(timestamp)
    return visible(JSON.stringify({ time, sender, partition, offset, bytes, problem }))
  }

  /** @param {number} messages */
  skipped(messages) {
    return JSON.stringify({ skipped: messages })
  }
}

function timeOf(timestamp) {
  return new Date(timestamp).toISOString()
}

module.exports = { JsonLines }
