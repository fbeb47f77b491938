'use strict'

/**
 * What deepstream 4 and later call their numbers, as @deepstream/protobuf 1.0 has them. A number that is not here is shown as it is.
 */

/** The topics of messages between servers. */
const TOPICS = new Map([
  ['4', 'EVENT'],
  ['5', 'RECORD'],
  ['6', 'RPC'],
  ['7', 'PRESENCE'],
  ['8', 'MONITORING'],
  ['9', 'CLUSTER'],
  ['10', 'LOCK'],
  ['11', 'STATE_REGISTRY'],
  ['19', 'RECORD_LISTENING'],
  ['20', 'EVENT_LISTENING']
])

/** What the servers keep the same lists of: `registryTopic` of a message of STATE_REGISTRY. */
const REGISTRIES = {
  9: 'SUBSCRIPTIONS',
  10: 'ONLINE_USERS',
  11: 'EVENT_SUBSCRIPTIONS',
  12: 'RECORD_SUBSCRIPTIONS',
  13: 'RPC_SUBSCRIPTIONS',
  14: 'PRESENCE_SUBSCRIPTIONS',
  15: 'RECORD_LISTEN_PATTERNS',
  16: 'EVENT_LISTEN_PATTERNS',
  17: 'RECORD_PUBLISHED_SUBSCRIPTIONS',
  18: 'EVENT_PUBLISHED_SUBSCRIPTIONS',
  19: 'RECORD_LISTENING',
  20: 'EVENT_LISTENING',
  24: 'MONITORING_SUBSCRIPTIONS'
}

const EVENT_ACTIONS = {
  ...numbered(
    'UNKNOWN ERROR EMIT SUBSCRIBE UNSUBSCRIBE LISTEN UNLISTEN LISTEN_ACCEPT LISTEN_REJECT SUBSCRIPTION_HAS_PROVIDER ' +
      'SUBSCRIPTION_HAS_NO_PROVIDER SUBSCRIPTION_FOR_PATTERN_FOUND SUBSCRIPTION_FOR_PATTERN_REMOVED'
  ),
  ...numbered(
    'INVALID_LISTEN_REGEX LISTEN_RESPONSE_TIMEOUT LISTEN_UNSUCCESSFUL MESSAGE_PERMISSION_ERROR MESSAGE_DENIED ' +
      'INVALID_MESSAGE_DATA MULTIPLE_SUBSCRIPTIONS NOT_SUBSCRIBED',
    100
  )
}

const RECORD_ACTIONS = {
  ...numbered(
    'UNKNOWN ERROR NOTIFY READ READ_RESPONSE HEAD HEAD_RESPONSE HEAD_BULK HEAD_RESPONSE_BULK DELETE DELETE_SUCCESS ' +
      'DELETE_BULK DELETE_BULK_SUCCESS DELETED WRITE_ACKNOWLEDGEMENT CREATE CREATEANDUPDATE CREATEANDPATCH UPDATE PATCH ' +
      'ERASE SUBSCRIBEANDHEAD SUBSCRIBEANDREAD SUBSCRIBECREATEANDREAD SUBSCRIBECREATEANDUPDATE SUBSCRIBE UNSUBSCRIBE ' +
      'LISTEN UNLISTEN LISTEN_ACCEPT LISTEN_REJECT SUBSCRIPTION_HAS_PROVIDER SUBSCRIPTION_HAS_NO_PROVIDER ' +
      'SUBSCRIPTION_FOR_PATTERN_FOUND SUBSCRIPTION_FOR_PATTERN_REMOVED'
  ),
  ...numbered(
    'CACHE_RETRIEVAL_TIMEOUT STORAGE_RETRIEVAL_TIMEOUT VERSION_EXISTS RECORD_LOAD_ERROR RECORD_CREATE_ERROR ' +
      'RECORD_UPDATE_ERROR RECORD_DELETE_ERROR RECORD_NOT_FOUND INVALID_VERSION INVALID_PATCH_ON_HOTPATH ' +
      'INVALID_LISTEN_REGEX LISTEN_RESPONSE_TIMEOUT LISTEN_UNSUCCESSFUL RECORD_NOTIFY_ERROR MESSAGE_PERMISSION_ERROR ' +
      'MESSAGE_DENIED INVALID_MESSAGE_DATA MULTIPLE_SUBSCRIPTIONS NOT_SUBSCRIBED',
    100
  )
}

/** The actions of each topic. */
const ACTIONS = {
  EVENT: EVENT_ACTIONS,
  EVENT_LISTENING: EVENT_ACTIONS,
  RECORD: RECORD_ACTIONS,
  RECORD_LISTENING: RECORD_ACTIONS,
  RPC: {
    ...numbered('UNKNOWN ERROR REQUEST'),
    ...numbered('ACCEPT RESPONSE REJECT REQUEST_ERROR PROVIDE UNPROVIDE', 4),
    ...numbered(
      'NO_RPC_PROVIDER ACCEPT_TIMEOUT MULTIPLE_ACCEPT INVALID_RPC_CORRELATION_ID RESPONSE_TIMEOUT MULTIPLE_RESPONSE ' +
        'MESSAGE_PERMISSION_ERROR MESSAGE_DENIED INVALID_MESSAGE_DATA MULTIPLE_PROVIDERS NOT_PROVIDED',
      100
    )
  },
  PRESENCE: {
    ...numbered(
      'UNKNOWN ERROR QUERY_ALL QUERY_ALL_RESPONSE QUERY QUERY_RESPONSE PRESENCE_JOIN PRESENCE_JOIN_ALL PRESENCE_LEAVE ' +
        'PRESENCE_LEAVE_ALL SUBSCRIBE UNSUBSCRIBE SUBSCRIBE_ALL UNSUBSCRIBE_ALL'
    ),
    ...numbered(
      'INVALID_PRESENCE_USERS MESSAGE_PERMISSION_ERROR MESSAGE_DENIED MULTIPLE_SUBSCRIPTIONS NOT_SUBSCRIBED',
      100
    )
  },
  CLUSTER: numbered('REMOVE STATUS', 1),
  LOCK: numbered('UNKNOWN ERROR REQUEST RESPONSE RELEASE'),
  STATE_REGISTRY: numbered('UNKNOWN ERROR ADD REMOVE REQUEST_FULL_STATE FULL_STATE CHECKSUM')
}

/** @returns {Record<number, string>} the names by number, from the first number on */
function numbered(names, first = 0) {
  return Object.fromEntries(names.split(' ').map((name, index) => [first + index, name]))
}

/**
 * @param {string} topic its name
 * @param {object} message as deepstream handed it to its cluster node
 * @returns {{ action: string, name: string, payload: string }}
 */
function decode(topic, message) {
  const { action, name, names, serverName, subscription, registryTopic, data, ...rest } = message
  const registry = REGISTRIES[registryTopic] ?? registryTopic
  const about = name ?? serverName ?? subscription ?? [].concat(names ?? []).join(' ')
  const isSaid = (part) => part !== undefined && part !== ''
  return {
    action: ACTIONS[topic]?.[action] ?? String(action),
    name: [registry, about].filter(isSaid).join(' '),
    payload: [data, remainder(rest, data)].filter(isSaid).join(' ')
  }
}

/** What else is told, without what deepstream adds to every message although it says nothing. */
function remainder({ topic: _, parsedData, versions, isWriteAck, ...rest }, data) {
  if (parsedData !== undefined && data === undefined) rest.parsedData = parsedData
  if (versions && Object.keys(versions).length > 0) rest.versions = versions
  if (isWriteAck) rest.isWriteAck = isWriteAck
  return Object.keys(rest).length > 0 ? JSON.stringify(rest) : undefined
}

module.exports = { TOPICS, REGISTRIES, ACTIONS, decode }
