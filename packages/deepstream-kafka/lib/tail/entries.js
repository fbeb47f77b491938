'use strict'

const { decode, topicOf } = require('../messages')

/**
 * @typedef {object} Entry a message of the bus
 * @property {number} timestamp of its record, in milliseconds since 1970
 * @property {number} partition
 * @property {number} offset
 * @property {string} sender
 * @property {string} [addressee] the one server that it is for
 * @property {number} number counts what its sender has published
 * @property {string} json
 * @property {import('../messages').Decoded} decoded
 */

/**
 * @param {object} record of a Tap, readable
 * @param {import('./filter').Filter} filter
 * @param {(entry: Entry) => void} take called for each message that is wanted
 */
function eachEntry(record, filter, take) {
  const { timestamp, partition, offset, sender, first, runs, value } = record
  if (!filter.mayWant(value)) return
  let number = first
  let start = 0
  for (const [channel, count, addressedTo] of runs) {
    const addressee = addressedTo ?? topicOf(channel).addressee
    const isWanted = filter.wantsRun(sender, channel, addressee)
    for (let index = 0; index < count; index++) {
      const newline = value.indexOf('\n', start)
      const end = newline < 0 ? value.length : newline
      if (isWanted) {
        const json = value.slice(start, end)
        const decoded = filter.mayWant(json) ? decode(channel, json) : undefined
        if (decoded && filter.wantsAction(decoded)) {
          take({ timestamp, partition, offset, sender, addressee, number, json, decoded })
        }
      }
      start = end + 1
      number++
    }
  }
}

module.exports = { eachEntry }
