'use strict'

const { randomBytes } = require('crypto')
const { isPeer } = require('./buses')
const { repetition } = require('./repetition')

/**
 * @param {string} name of a bus
 * @returns {string} a Kafka topic that no other run uses
 */
function channelName(name) {
  return `bench-${name.replace(/[^\w.-]/g, '-')}-${randomBytes(4).toString('hex')}`
}

/**
 * Measures the buses in turn: all of them once, then all of them again, so that a slow minute of
 * the machine meets each of them.
 *
 * @param {object[]} buses
 * @param {import('./servers').Servers} servers
 * @param {object} settings
 * @param {(line: string) => void} say
 * @returns {Promise<{bus: object, repetitions: object[]}[]>}
 */
async function compare(buses, servers, settings, say) {
  const results = buses.map((bus) => ({
    bus,
    channel: channelName(bus.name),
    repetitions: []
  }))
  const nameWidth = Math.max(...buses.map(({ name }) => name.length))
  for (let round = 1 - settings.discard; round <= settings.repeat; round++) {
    for (const { bus, channel, repetitions } of results) {
      const address = await servers.addressFor(bus)
      const warmUp = round < 1
      const what = warmUp || isPeer(bus, settings.face) ? { ...settings, series: null } : settings
      const measured = await repetition(bus, address, channel, what)
      const turn = warmUp ? 'warm-up' : `${round}/${settings.repeat}`
      say(line(turn, bus.name.padEnd(nameWidth), measured))
      if (warmUp && measured.faults.length === 0) continue
      repetitions.push(measured)
    }
  }
  return results.map(({ bus, repetitions }) => ({ bus, repetitions }))
}

/**
 * @param {string} round
 * @param {string} name of the bus, as wide as the longest
 * @param {object} measured the result of a repetition
 * @returns {string} one line of progress
 */
function line(round, name, { values, received, faults, warnings }) {
  const [oneToOne, allToAll] = [values.throughput, values.allToAll].map(Math.round)
  const latency = `p50 ${values.latencyP50.toFixed(3)} ms`
  const figures = `${oneToOne} msg/s, all to all ${allToAll} msg/s, ${latency}`
  const order = faults.length ? `FAILED: ${faults.join('; ')}` : 'each once and in order'
  const notes = warnings.map((warning) => `\n  warning: ${warning}`).join('')
  return `${round.padEnd(8)} ${name} ${figures}, ${received} messages, ${order}${notes}`
}

module.exports = { compare, channelName }
