'use strict'

const { failed, failedBy, ok, warning } = require('./result')

/**
 * Do the addresses of the connectionString resolve and answer?
 *
 * @param {{ addresses: import('./reach').Reach[] }} facts
 * @returns {import('./result').Result}
 */
function checkAddresses({ addresses }) {
  const dead = addresses.filter(({ problem }) => problem)
  if (addresses[0].address === 'embedded')
    return failed(
      'The connectionString embedded is a broker inside the process of each server, which nobody else can reach.',
      'Look at real brokers, or at the development broker of another process: embedded:PORT.'
    )
  if (dead.length === 0) return ok(addresses.map(answers).join('; '))
  const what = dead.map(({ address, problem }) => `${address}: ${problem}`).join('; ')
  if (dead.length < addresses.length)
    return warning(
      `${what}. ${addresses.length - dead.length} of ${addresses.length} addresses answer.`,
      'Start that broker, or remove its address from the connectionString.'
    )
  return failed(`${what}.`, cureOf(dead))
}

function answers({ address, ips, ms }) {
  const isName = !address.includes(ips[0])
  return `${address}${isName ? ` (${ips.join(', ')})` : ''} answers in ${ms.toFixed(1)} ms`
}

function cureOf(dead) {
  const variable = dead.map(({ address }) => address).find((name) => /^[A-Z][A-Z0-9_]*$/.test(name))
  if (variable) return `${variable} looks like an environment variable that is not set: set it.`
  const unknown = dead.some(({ problem }) => /host name|name server/.test(problem))
  return unknown
    ? 'Correct the host name in the connectionString, or the name server that this machine asks.'
    : 'Start the brokers, or correct the connectionString; check that no firewall is in between.'
}

/**
 * Can the addresses be reached to which the brokers refer their clients?
 *
 * @param {{ advertised: (import('./reach').Reach & { id: number })[], inspection: object }} facts
 * @returns {import('./result').Result}
 */
function checkAdvertised({ advertised, inspection }) {
  if (inspection.error?.code === 'ERR_KAFKA_ADVERTISED_LISTENER') return failedBy(inspection.error)
  const dead = advertised.filter(({ problem }) => problem)
  const list = advertised.map(({ id, address }) => `${id} at ${address}`).join(', ')
  if (dead.length === 0)
    return ok(advertised.length === 1 ? `broker ${list}` : `${advertised.length} brokers: ${list}`)
  const what = dead.map(({ id, address, problem }) => `broker ${id}, ${address}: ${problem}`)
  const leaders = inspection.topic?.partitions.map(({ leader }) => leader) ?? []
  const isNeeded = dead.length === advertised.length || dead.some(({ id }) => leaders.includes(id))
  return (isNeeded ? failed : warning)(
    `The brokers refer clients to addresses of which this machine cannot reach all: ${what.join('; ')}.`,
    'Start the broker if it is down. If it runs, set its advertised.listeners to an address that deepstream servers can reach.'
  )
}

module.exports = { checkAddresses, checkAdvertised }
