'use strict'

/**
 * deepstream topics, in turn: what counts is the order over all of them, and nobody publishes to one
 * alone.
 */
const TOPICS = ['E', 'R', 'P', 'U', 'PRIVATE/chaos']

/** The longest text of a message, in characters. */
const LONGEST = 200

/**
 * @param {number} sender index of the node
 * @param {number} number of the message; the sender counts from 0
 * @returns {{ topic: string, message: object }} what the node publishes
 */
function compose(sender, number) {
  return {
    topic: TOPICS[number % TOPICS.length],
    message: { sender, number, text: 'x'.repeat(number % LONGEST) }
  }
}

/**
 * @param {string} topic that it came by
 * @param {object} message
 * @returns {boolean} whether it is what its sender published
 */
function isIntact(topic, message) {
  const { number, text } = message
  return topic === TOPICS[number % TOPICS.length] && text.length === number % LONGEST
}

module.exports = { TOPICS, compose, isIntact }
