'use strict'

/** @returns {object} what stats() returns for a server with one peer, with these changes */
function statsWith(changes) {
  return {
    sender: 'server 1',
    topic: 'a-topic',
    state: 'ready',
    link: 'flowing',
    linkSince: 1790000000500,
    published: 11,
    publishedBytes: 1100,
    publishFailed: 1,
    undelivered: 2,
    undeliveredMs: 250,
    received: 31,
    receivedBytes: 3100,
    delivered: 20,
    filteredOwn: 3,
    filteredDirect: 4,
    filteredUnsubscribed: 1,
    duplicates: 3,
    invalid: 5,
    missed: 6,
    disconnects: 7,
    inboxBytes: 800,
    delay: { bounds: [0.5, 1, 10], counts: [4, 3, 0, 2], sumMs: 1500 },
    roundTrip: { bounds: [0.5, 1, 10], counts: [1, 0, 0, 0], sumMs: 0.25 },
    peers: [
      {
        sender: 'server 2',
        host: 'machine-2 77',
        received: 25,
        missed: 6,
        duplicates: 3,
        lastSeen: 1790000001250
      }
    ],
    ...changes
  }
}

module.exports = { statsWith }
