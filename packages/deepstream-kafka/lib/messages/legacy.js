'use strict'

/**
 * What deepstream 0.9 to 3.0 call their abbreviations, as their constants.js has them. One that is not here is shown as it is.
 */

/** The topics of messages between servers. Those that end with a server's name are in {@link DIRECT}. */
const TOPICS = new Map([
  ['E', 'EVENT'],
  ['R', 'RECORD'],
  ['P', 'RPC'],
  ['U', 'PRESENCE'],
  ['O', 'ONLINE_USERS'],
  ['W', 'WEBRTC'],
  ['CL', 'CLUSTER'],
  ['E_SUB', 'EVENT_SUBSCRIPTIONS'],
  ['E_LIP', 'EVENT_LISTEN_PATTERNS'],
  ['E_PS', 'EVENT_PUBLISHED_SUBSCRIPTIONS'],
  ['R_SUB', 'RECORD_SUBSCRIPTIONS'],
  ['R_LIP', 'RECORD_LISTEN_PATTERNS'],
  ['R_PS', 'RECORD_PUBLISHED_SUBSCRIPTIONS'],
  ['P_SUB', 'RPC_SUBSCRIPTIONS'],
  ['U_SUB', 'PRESENCE_SUBSCRIPTIONS'],
  ['W_SUB', 'WEBRTC_SUBSCRIPTIONS']
])

/** Topics for one server, whose name follows. */
const DIRECT = { 'PRIVATE/': 'RPC', LP_: 'LEADER_PRIVATE' }

const ACTIONS = new Map([
  ['A', 'ACK'],
  ['C', 'CREATE'],
  ['CR', 'CREATEORREAD'],
  ['CU', 'CREATEANDUPDATE'],
  ['D', 'DELETE'],
  ['E', 'ERROR'],
  ['EVT', 'EVENT'],
  ['H', 'HAS'],
  ['HD', 'HEAD'],
  ['L', 'LISTEN'],
  ['LA', 'LISTEN_ACCEPT'],
  ['LR', 'LISTEN_REJECT'],
  ['LRL', 'LOCK_RELEASE'],
  ['LRP', 'LOCK_RESPONSE'],
  ['LRQ', 'LOCK_REQUEST'],
  ['LSN', 'LISTEN_SNAPSHOT'],
  ['P', 'PATCH'],
  ['PNJ', 'PRESENCE_JOIN'],
  ['PNL', 'PRESENCE_LEAVE'],
  ['PU', 'PROVIDER_UPDATE'],
  ['Q', 'QUERY'],
  ['R', 'READ'],
  ['REJ', 'REJECTION'],
  ['REQ', 'REQUEST'],
  ['RES', 'RESPONSE'],
  ['RM', 'REMOVE'],
  ['S', 'SUBSCRIBE'],
  ['SF', 'SUBSCRIPTIONS_FOR_PATTERN_FOUND'],
  ['SH', 'SUBSCRIPTION_HAS_PROVIDER'],
  ['SN', 'SNAPSHOT'],
  ['SP', 'SUBSCRIPTION_FOR_PATTERN_FOUND'],
  ['SR', 'SUBSCRIPTION_FOR_PATTERN_REMOVED'],
  ['ST', 'STATUS'],
  ['U', 'UPDATE'],
  ['UL', 'UNLISTEN'],
  ['US', 'UNSUBSCRIBE'],
  ['WA', 'WRITE_ACKNOWLEDGEMENT'],
  ['DISTRIBUTED_STATE_ADD', 'ADD'],
  ['DISTRIBUTED_STATE_REMOVE', 'REMOVE'],
  ['DISTRIBUTED_STATE_REQUEST_FULL_STATE', 'REQUEST_FULL_STATE'],
  ['DISTRIBUTED_STATE_FULL_STATE', 'FULL_STATE']
])

/** Actions whose last value begins with a letter that says its type. */
const TYPED = ['EVT', 'REQ', 'RES', 'P']
const CONSTANTS = { T: 'true', F: 'false', L: 'null', U: '' }

/**
 * @param {string} channel on the bus
 * @returns {{ topic: string, addressee?: string } | undefined} undefined if deepstream has no such topic
 */
function topicOf(channel) {
  if (TOPICS.has(channel)) return { topic: TOPICS.get(channel) }
  const prefix = Object.keys(DIRECT).find((start) => channel.startsWith(start))
  return prefix && { topic: DIRECT[prefix], addressee: channel.slice(prefix.length) }
}

/**
 * @param {string} _ the name of its topic
 * @param {{ action: string, data?: unknown[] }} message as deepstream handed it to its message connector
 * @returns {{ action: string, name: string, payload: string }}
 */
function decode(_, { action, data }) {
  const values = Array.isArray(data) ? [...data] : []
  // An acknowledgement says first what it acknowledges.
  const [about] = values.splice(action === 'A' && values.length > 1 ? 1 : 0, 1)
  const name = about?.serverName ?? about?.rpcName ?? about?.name
  if (name !== undefined) values.unshift(about)
  if (TYPED.includes(action)) values.push(untyped(values.pop()))
  return {
    action: ACTIONS.get(action) ?? action,
    name: text(name ?? about),
    payload: values.map(text).filter(Boolean).join(' ')
  }
}

/** deepstream's typed values, such as `O{"a":1}`, `Shello`, `N5`, as JSON. */
function untyped(value) {
  if (typeof value !== 'string') return value
  if (value[0] === 'S') return JSON.stringify(value.slice(1))
  if (value[0] === 'O' || value[0] === 'N') return value.slice(1)
  return CONSTANTS[value] ?? value
}

function text(value) {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

module.exports = { TOPICS, DIRECT, ACTIONS, topicOf, decode }
