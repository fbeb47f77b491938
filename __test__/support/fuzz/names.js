'use strict'

/** The sender whose messages have to arrive whatever others write. */
const LIVING = 'living'
/** The channel that the receiver has subscribed to, the one that ends the test, and one that nobody has. */
const [CHANNEL, END, NOBODY] = ['E', 'end', 'nobody']
/** Is in every text that must not be delivered. */
const NEVER = 'never'
/** The largest number that a message can have. */
const LARGEST = Number.MAX_SAFE_INTEGER

module.exports = { LIVING, CHANNEL, END, NOBODY, NEVER, LARGEST }
