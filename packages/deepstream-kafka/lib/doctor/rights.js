'use strict'

const { failed, failedBy, ok, skipped, warning } = require('./result')

/**
 * @param {'Read' | 'Write'} operation
 * @returns {(facts: object) => import('./result').Result} whether this user may do that with the topic
 */
function checkRight(operation) {
  return ({ inspection: { rights, topic, error }, options, commands }) => {
    const isDenied = error?.code === 'ERR_KAFKA_AUTHORIZATION'
    if (!rights && !isDenied)
      return skipped(topic ? 'the brokers do not tell' : 'cannot be told before the topic is there')
    if (!isDenied && rights[operation.toLowerCase()]) return ok(`granted on ${options.topic}`)
    return failed(
      `This user does not have the right ${operation} on the Kafka topic ${options.topic}.`,
      'Grant it:',
      commands.allow(operation)
    )
  }
}

/** TOPIC_AUTHORIZATION_FAILED and CLUSTER_AUTHORIZATION_FAILED of the Kafka protocol. */
const DENIED = [29, 31]

/** Whether a server can create the topic where it is missing, with the settings that it wants. */
function checkCreate({ inspection: { creation }, commands }) {
  if (!creation) return undefined
  const { error, refusal } = creation
  if (!error && !refusal) return ok('a server can create the topic')
  if (!error)
    return warning(
      `The brokers refuse the settings that the topic would get (${refusal.replace(/\.$/, '')}), so a server creates it without them.`,
      'Create it yourself, with settings that the brokers allow.'
    )
  return DENIED.includes(error.cause?.errno)
    ? failed(
        'This user may not create the topic.',
        'Grant the right, or create it yourself:',
        commands.allow('Create')
      )
    : failedBy(error)
}

/** Whether the topic's settings may be seen: servers then tell how many replicas are demanded. */
function checkDescribe({ inspection: { topic }, commands }) {
  if (!topic) return skipped('cannot be told before the topic is there')
  if (topic.config) return ok('granted: the settings of the topic can be seen')
  return skipped(
    'not granted, so the settings of the topic cannot be checked. Servers do without, but say less when replicas are missing.',
    'To grant it:',
    commands.allow('DescribeConfigs')
  )
}

module.exports = { checkCreate, checkDescribe, checkRight }
