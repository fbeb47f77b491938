'use strict'

/** What 0.1.2 accepted and ignored. Servers that set it still start. */
const OBSOLETE = ['zkOptions', 'noAckBatchOptions']

let hasWarned = false

/**
 * Says, once per process, which of the given options have no effect, and what to do.
 * @param {object} given the options that a user wrote
 */
function warnOfObsolete(given) {
  const names = OBSOLETE.filter((name) => name in given)
  if (names.length === 0 || hasWarned) return
  hasWarned = true
  const [what, them] =
    names.length > 1
      ? [`The options ${names.join(' and ')} have no effect`, 'them']
      : [`The option ${names[0]} has no effect`, 'it']
  process.emitWarning(
    `${what}, as in version 0.1.2: ZooKeeper is no longer used, and messages are always sent in batches. Remove ${them}. ` +
      'Settings of the Kafka client belong in the option kafka, see docs/configuration.md.',
    { type: 'KafkaWarning', code: 'ERR_KAFKA_OPTION' }
  )
}

module.exports = { OBSOLETE, warnOfObsolete }
