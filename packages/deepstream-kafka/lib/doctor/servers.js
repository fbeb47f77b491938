'use strict'

const { count, failed, failedBy, ok, warning } = require('./result')

/** Who is silent for longer is not there. */
const PRESENT_MS = 10000
/** A clock that differs by more confuses what is kept for how long, and what people read. */
const SKEW_MS = 5000

/**
 * Which servers are on the bus?
 *
 * @param {{ heard: object, options: { topic: string }, now: number }} facts `heard` is a Hearing's summary, with whether it was
 *   connected
 * @returns {import('./result').Result}
 */
function checkServers({ heard, options, now }) {
  if (!heard.isReady)
    return heard.trouble ? failedBy(heard.trouble) : failed('The topic could not be read in time.')
  const present = heard.servers.filter(({ lastSeen }) => now - lastSeen <= PRESENT_MS)
  if (heard.generations.length > 1)
    return failed(
      `Servers of deepstream 1 to 3 and of 4 and later share the topic ${options.topic}: they do not understand each other.`,
      'Set the option topic to another one in those of one kind.'
    )
  if (present.length === 0)
    return warning(
      `No deepstream server has said anything on ${options.topic} in the last ${PRESENT_MS / 1000} s; each does every 5 s.`,
      'If servers are running, compare their options topic and connectionString with those used here.'
    )
  const names = present.map(({ name, sender }) => name ?? sender).sort()
  const shown = names.length > 8 ? [...names.slice(0, 8), '...'] : names
  return ok(`${count(present.length, 'server')}: ${shown.join(', ')}`)
}

/** Does each have a name of its own? */
function checkNames({ heard }) {
  if (heard.doubles.length === 0) return ok('each server has its own')
  const list = heard.doubles.map(
    ({ name, hosts }) => `${name}${hosts.length > 0 ? ` (${hosts.join(' and ')})` : ''}`
  )
  return failed(
    `Several servers have the same name: ${list.join(', ')}. Messages for one of them are lost or go astray.`,
    'Give each its own serverName, or remove that setting so that deepstream makes one up.'
  )
}

/** Does everybody write what everybody reads? */
function checkFormat({ heard, options }) {
  if (heard.newer.length > 0)
    return failed(
      `A later version of this package, with another format, is used by: ${heard.newer.join(', ')}. They and servers with this version do not hear each other.`,
      'Install the same version of deepstream.io-msg-kafka everywhere, or use its deepstream-kafka.'
    )
  const { count: foreign, place } = heard.invalid
  if (foreign > 0)
    return warning(
      `${count(foreign, 'record')} of something else in ${options.topic}, the first at partition ${place.partition}, offset ${place.offset}.`,
      'Find out who writes there, and give the bus a topic of its own.'
    )
  return ok('every record is a message of this bus')
}

/** Do the time stamps of the records agree with this machine? */
function checkClocks({ heard, inspection }) {
  const wrong = heard.servers.filter(({ skewMs }) => Math.abs(skewMs) > SKEW_MS)
  const isBrokers = inspection.topic?.config?.['message.timestamp.type'] === 'LogAppendTime'
  if (wrong.length > 0) {
    const list = wrong.map(({ name, sender, skewMs }) => {
      const seconds = (Math.abs(skewMs) / 1000).toFixed(1)
      return `${isBrokers ? 'the broker' : (name ?? sender)} by ${seconds} s ${skewMs < 0 ? 'ahead' : 'behind'}`
    })
    return warning(
      `Clocks differ from that of this machine: ${[...new Set(list)].join(', ')}. Kafka keeps messages for retention.ms by these clocks.`,
      'Set the clocks by NTP, that of this machine too: timedatectl shows whether that is on.'
    )
  }
  const compared = heard.servers.filter(({ skewMs }) => skewMs !== undefined)
  return compared.length === 0
    ? ok('there was none to compare')
    : ok(
        `those of ${count(compared.length, 'server')} agree with this machine's within ${SKEW_MS / 1000} s`
      )
}

/** The checks of servers that can be heard. */
const DETAILS = [
  { id: 'names', title: 'server names', check: checkNames },
  { id: 'format', title: 'records', check: checkFormat },
  { id: 'clocks', title: 'clocks', check: checkClocks }
]

module.exports = { DETAILS, checkServers }
