'use strict'

const { topicOf } = require('../messages')

/** What is added to a clientId, so that servers with the same one differ: lib/options.js of deepstream.io-msg-kafka. */
const SUFFIX = /-[\w-]{8}$/

/**
 * Which messages are wanted. The cheap questions come first, so that few messages need to be decoded: a record's text, then
 * each run's sender, addressee and topic, then a message's text, then its action.
 */
class Filter {
  #nodes
  #topics
  #actions
  #texts

  /**
   * @param {object} [wanted] all that are given must be met, by any of their values
   * @param {string[]} [wanted.node] servers that the message is from or for: ids on the bus, with or without the random suffix
   * @param {string[]} [wanted.deepstreamTopic] names such as `EVENT`, in any case, or as they are written, such as `E` or `4`
   * @param {string[]} [wanted.action] likewise
   * @param {string} [wanted.text] what its JSON text contains
   */
  constructor({ node, deepstreamTopic, action, text } = {}) {
    this.#nodes = node && new Set(node)
    this.#topics = deepstreamTopic && wordsOf(deepstreamTopic)
    this.#actions = action && wordsOf(action)
    this.#texts = text === undefined ? undefined : spellingsOf(text)
  }

  /** @returns {boolean} whether some of these JSON texts may be wanted */
  mayWant(value) {
    return !this.#texts || this.#texts.some((text) => value.includes(text))
  }

  /**
   * @param {string} sender
   * @param {string} channel the deepstream topic, as it is written
   * @param {string} [addressee] the one server that the messages are for
   */
  wantsRun(sender, channel, addressee) {
    return (
      (!this.#nodes || this.#isNode(sender) || this.#isNode(addressee)) &&
      (!this.#topics || this.#topics.has(topicOf(channel).topic) || this.#topics.has(channel))
    )
  }

  /** @param {import('../messages').Decoded} decoded */
  wantsAction({ action, message }) {
    const written = String(message?.action)
    return !this.#actions || this.#actions.has(action) || this.#actions.has(written)
  }

  /** @returns {boolean} whether a record is wanted of which only the sender is known */
  wantsUnreadable(sender) {
    return !this.#topics && !this.#actions && !this.#texts && (!this.#nodes || this.#isNode(sender))
  }

  #isNode(id) {
    return id !== undefined && (this.#nodes.has(id) || this.#nodes.has(id.replace(SUFFIX, '')))
  }
}

function wordsOf(words) {
  return new Set(words.flatMap((word) => [word, word.toUpperCase()]))
}

/** The text as it stands in JSON, and as in JSON that is a text in JSON, which is what deepstream's payloads are. */
function spellingsOf(text) {
  const escaped = (plain) => JSON.stringify(plain).slice(1, -1)
  return [...new Set([text, escaped(text), escaped(escaped(text))])]
}

module.exports = { Filter }
