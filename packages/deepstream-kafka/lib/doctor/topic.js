'use strict'

const { DEFAULT_TOPICS } = require('../connection')
const { count, failed, failedBy, ok, skipped, warning } = require('./result')

/** Is the topic there, with a leader for each partition? */
function checkTopic({
  inspection: { topic, creation, error },
  options,
  isGuess,
  createCommand,
  commands
}) {
  if (!topic) {
    if (error) return skipped(`${options.topic} cannot be seen without a right on it`)
    const name = isGuess ? Object.values(DEFAULT_TOPICS).join(' nor ') : options.topic
    const missing = isGuess ? `There is neither ${name}` : `There is no topic ${name}`
    if (options.createTopic)
      return warning(
        creation?.error ? `${missing}.` : `${missing} yet. The first server creates it.`,
        'To create it yourself:',
        createCommand
      )
    return failed(
      `${missing}, and servers may not create it (option createTopic).`,
      'Create it:',
      createCommand
    )
  }
  const leaderless = topic.partitions.filter(({ leader }) => leader < 0)
  if (leaderless.length > 0)
    return failed(
      `${partitionsOf(leaderless)} of ${options.topic} has no leader, so nothing can be written: its replicas are on broker ${leaderless[0].replicas.join(', ')}.`,
      'Start these brokers. To see the replicas:',
      commands.describe()
    )
  if (error) return failedBy(error)
  return ok(`${options.topic}, led by broker ${leadersOf(topic).join(', ')}`)
}

const leadersOf = ({ partitions }) => [...new Set(partitions.map(({ leader }) => leader))]
const partitionsOf = (list) => `partition ${list.map(({ id }) => id).join(', ')}`

function checkPartitions({ inspection: { topic } }) {
  const { length } = topic.partitions
  if (length === 1) return ok('one, so all servers see all messages in one order')
  return warning(
    `${length} partitions: messages of different servers are not ordered, though deepstream relies on that.`,
    'Give the cluster a new topic with one partition: partitions cannot be taken away. Set the option topic in all servers at once.'
  )
}

/** Does the topic survive the loss of a broker? */
function checkReplicas({ inspection: { topic, brokers }, commands }) {
  const factor = Math.min(...topic.partitions.map(({ replicas }) => replicas.length))
  const lagging = topic.partitions.filter(({ replicas, inSync }) => inSync.length < replicas.length)
  if (lagging.length > 0) {
    const { replicas, inSync } = lagging[0]
    const missing = replicas.filter((id) => !inSync.includes(id))
    return warning(
      `${inSync.length} of ${count(replicas.length, 'replica')} ${inSync.length === 1 ? 'is' : 'are'} in sync; missing: broker ${missing.join(', ')}.`,
      'Start that broker, or look at its log. To see the replicas:',
      commands.describe()
    )
  }
  if (factor > 1) return ok(`${factor}, all in sync`)
  if (brokers.length === 1) return ok('one, since there is one broker')
  return warning(
    `A single replica, though there are ${brokers.length} brokers: while broker ${leadersOf(topic).join(', ')} is down, the bus stands still, and what it has not yet passed on may be lost.`,
    'Create the topic with --replication-factor 3, or add replicas with kafka-reassign-partitions.sh.'
  )
}

/** How many replicas have to have a message before it counts as stored? */
function checkMinInSync({ inspection: { topic }, commands }) {
  const min = Number(topic.config['min.insync.replicas'])
  const factor = Math.min(...topic.partitions.map(({ replicas }) => replicas.length))
  const inSync = Math.min(...topic.partitions.map((partition) => partition.inSync.length))
  const set = (value) => commands.configure({ 'min.insync.replicas': value })
  if (min > factor)
    return failed(
      `${min} replicas have to be in sync, but there are only ${factor}: Kafka stores nothing.`,
      'Lower it, or add replicas:',
      set(Math.max(1, factor - 1))
    )
  if (inSync < min)
    return failed(
      `${min} replicas have to be in sync, but ${inSync === 1 ? 'only 1 is' : `only ${inSync} are`}: Kafka stores nothing, and messages wait.`,
      'Bring the missing brokers back. To see the replicas:',
      commands.describe()
    )
  if (factor >= 3 && min === 1)
    return warning(
      'A message counts as stored when the leader alone has it: if that broker is lost, so is the message.',
      'Demand two replicas:',
      set(2)
    )
  if (factor > 1 && min === factor)
    return warning(
      `All ${factor} replicas have to be in sync: when any broker fails, nothing can be written.`,
      'Lower it:',
      set(factor - 1)
    )
  return ok(`${min} of ${count(factor, 'replica')}`)
}

function checkCleanup({ inspection: { topic }, commands }) {
  const policy = topic.config['cleanup.policy']
  if (!policy.includes('compact')) return ok(policy)
  return failed(
    `cleanup.policy is ${policy}: compaction deletes messages, since all messages of a server have the same key.`,
    'Change it:',
    commands.configure({ 'cleanup.policy': 'delete' })
  )
}

/** For how long may a server be cut off? */
function checkRetention({ inspection: { topic }, options, commands }) {
  const [retention, segment, bytes] = ['retention.ms', 'segment.ms', 'retention.bytes'].map(
    (name) => Number(topic.config[name])
  )
  const { retentionMs: wanted } = options
  const cure = commands.configure({ 'retention.ms': wanted, 'segment.ms': wanted })
  if (retention === -1)
    return warning(
      'Kafka keeps the messages for ever, until its disks are full.',
      'Limit it:',
      cure
    )
  if (retention < wanted)
    return warning(
      `${span(retention)}, less than the option retentionMs (${span(wanted)}): a server that is cut off for longer misses messages.`,
      'Raise it:',
      cure
    )
  if (bytes >= 0)
    return warning(
      `${span(retention)}, but retention.bytes limits it to ${bytes} bytes per partition: with much traffic that is less.`,
      'Remove that limit:',
      commands.configure({ 'retention.bytes': -1 })
    )
  if (segment > retention)
    return warning(
      `${span(retention)}, but segment.ms is ${span(segment)}: Kafka deletes whole segments only, so it keeps far more.`,
      'Make segments as short:',
      commands.configure({ 'segment.ms': retention })
    )
  return ok(`${span(retention)}: a server may be cut off for so long without missing a message`)
}

/** Does the topic take what servers want to send? */
function checkMessageBytes({ inspection: { topic }, options, commands }) {
  const limit = Number(topic.config['max.message.bytes'])
  const { maxMessageBytes: wanted } = options
  if (limit >= wanted) return ok(`${limit}`)
  return warning(
    `The topic takes ${limit} bytes, but servers send up to ${wanted} (option maxMessageBytes): larger messages are lost.`,
    'Raise it, or lower the option:',
    commands.configure({ 'max.message.bytes': wanted })
  )
}

/** May a replica that lags behind become the leader? */
function checkElection({ inspection: { topic }, commands }) {
  if (topic.config['unclean.leader.election.enable'] !== 'true') return ok('off')
  return warning(
    'A replica that lags behind may become the leader: what it has not got is lost then.',
    'Forbid it:',
    commands.configure({ 'unclean.leader.election.enable': false })
  )
}

/** For the checks of settings: without the right to see them there is nothing to check. */
function withConfig(check) {
  return (facts) =>
    facts.inspection.topic.config ? check(facts) : skipped('needs the right DescribeConfigs')
}

/** @returns {string} such as `1 h` */
function span(ms) {
  const units = [
    ['d', 86400000],
    ['h', 3600000],
    ['min', 60000],
    ['s', 1000]
  ]
  const [unit, size] = units.find(([, size]) => ms >= size && ms % (size / 10) === 0) ?? ['ms', 1]
  return `${ms / size} ${unit}`
}

/** The checks of a topic that is there. */
const SETTINGS = [
  { id: 'partitions', title: 'partitions', check: checkPartitions },
  { id: 'replicas', title: 'replicas', check: checkReplicas },
  { id: 'minInSync', title: 'min.insync.replicas', check: withConfig(checkMinInSync) },
  { id: 'election', title: 'unclean election', check: withConfig(checkElection) },
  { id: 'cleanup', title: 'cleanup.policy', check: withConfig(checkCleanup) },
  { id: 'retention', title: 'retention.ms', check: withConfig(checkRetention) },
  { id: 'messageBytes', title: 'max.message.bytes', check: withConfig(checkMessageBytes) }
]

module.exports = { SETTINGS, checkTopic }
