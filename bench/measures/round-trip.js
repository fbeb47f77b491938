'use strict'

const { sorted, percentile } = require('../statistics')

/**
 * There and back, one after the other, as an RPC between two servers goes.
 *
 * @param {import('../pair').Pair} pair
 * @param {object} settings
 * @returns {Promise<object>} values by the keys of measures/index.js
 */
async function roundTrip(pair, { roundTrips }) {
  const tripsMs = await pair.sender.ask('roundTrips', { count: roundTrips })
  return { roundTripP50: percentile(sorted(tripsMs), 50) }
}

module.exports = { roundTrip }
