'use strict'

/** So many numbers of messages are named in a finding. */
const NAMED = 10

/**
 * @typedef {object} Reception what one node got, in the order of arrival
 * @property {ArrayLike<number>} senders of each message, the index of the node that sent it
 * @property {ArrayLike<number>} numbers of each message, its number: each node counts what it sends
 *   from 0 on
 */

/**
 * @typedef {object} Finding what is wrong between a sender and a receiver
 * @property {string} sender
 * @property {string} receiver
 * @property {number} count of messages
 * @property {number[]} numbers of the first of them
 */

/**
 * @typedef {object} Disagreement two receivers got the same messages in different orders
 * @property {[string, string]} receivers
 * @property {number} count of messages that the first got after one which the second got later
 * @property {{ sender: string, number: number }[]} messages the first of them
 */

/**
 * @typedef {object} Verdict
 * @property {Finding[]} lost never arrived
 * @property {Finding[]} doubled arrived once more; each further time counts
 * @property {Finding[]} outOfOrder arrived, for the first time, after one that was sent later
 * @property {Finding[]} unexpected arrived, but were never sent, or went back to their sender
 * @property {Disagreement[]} disagreements on the total order
 * @property {boolean} isClean nothing of this is there
 */

/**
 * Compares what was sent with what arrived. A node does not get its own messages, so two receivers
 * are compared on what both of them got. Takes time in proportion to the messages, times the number
 * of receivers.
 *
 * @param {object} run
 * @param {string[]} run.names of the nodes
 * @param {number[]} run.sent how many messages each node sent
 * @param {Reception[]} run.received by each node
 * @returns {Verdict}
 */
function check({ names, sent, received }) {
  const findings = {
    lost: new Findings(names),
    doubled: new Findings(names),
    outOfOrder: new Findings(names),
    unexpected: new Findings(names)
  }
  const arrivals = received.map((reception, receiver) =>
    arrange(reception, receiver, sent, findings)
  )
  const disagreements = []
  for (let one = 0; one < names.length; one++) {
    for (let two = one + 1; two < names.length; two++) {
      const messages = misplaced(received[one], arrivals[one], arrivals[two])
      if (messages.length === 0) continue
      disagreements.push({
        receivers: [names[one], names[two]],
        count: messages.length,
        messages: messages
          .slice(0, NAMED)
          .map(([sender, number]) => ({ sender: names[sender], number }))
      })
    }
  }
  const verdict = { disagreements }
  for (const [name, { all }] of Object.entries(findings)) verdict[name] = all
  const isClean = Object.values(verdict).every((list) => list.length === 0)
  return { ...verdict, isClean }
}

/**
 * @param {Reception} reception
 * @param {number} receiver index
 * @param {number[]} sent
 * @param {Record<string, Findings>} findings gets what is wrong
 * @returns {Int32Array[]} for each sender and number when it arrived first, as the index in the
 *   reception; -1 if it did not
 */
function arrange({ senders, numbers }, receiver, sent, findings) {
  const firsts = sent.map((count, sender) =>
    new Int32Array(sender === receiver ? 0 : count).fill(-1)
  )
  const highest = sent.map(() => -1)
  for (let at = 0; at < numbers.length; at++) {
    const [sender, number] = [senders[at], numbers[at]]
    // Undefined also for a sender or a number that there is not.
    const first = firsts[sender]?.[number]
    if (first === undefined) findings.unexpected.add(sender, receiver, number)
    else if (first >= 0) findings.doubled.add(sender, receiver, number)
    else {
      firsts[sender][number] = at
      if (number < highest[sender]) findings.outOfOrder.add(sender, receiver, number)
      else highest[sender] = number
    }
  }
  firsts.forEach((places, sender) =>
    places.forEach((at, number) => at < 0 && findings.lost.add(sender, receiver, number))
  )
  return firsts
}

/**
 * @param {Reception} reception of the one receiver
 * @param {Int32Array[]} own when each message arrived there first
 * @param {Int32Array[]} other when each message arrived first at the other receiver
 * @returns {[number, number][]} sender and number of those that came to the one after a message that
 *   came later to the other
 */
function misplaced({ senders, numbers }, own, other) {
  const messages = []
  let latest = -1
  for (let at = 0; at < numbers.length; at++) {
    const [sender, number] = [senders[at], numbers[at]]
    if (own[sender]?.[number] !== at) continue
    const there = other[sender][number] ?? -1
    if (there < 0) continue
    if (there < latest) messages.push([sender, number])
    else latest = there
  }
  return messages
}

/** Findings of one sort. */
class Findings {
  #names
  /** @type {Map<string, Finding>} */
  #found = new Map()

  /** @param {string[]} names of the nodes */
  constructor(names) {
    this.#names = names
  }

  /** @returns {Finding[]} */
  get all() {
    return [...this.#found.values()]
  }

  /**
   * @param {number} sender index
   * @param {number} receiver index
   * @param {number} number
   */
  add(sender, receiver, number) {
    const key = `${sender} ${receiver}`
    let finding = this.#found.get(key)
    if (!finding) {
      const [from, to] = [this.#names[sender] ?? String(sender), this.#names[receiver]]
      finding = { sender: from, receiver: to, count: 0, numbers: [] }
      this.#found.set(key, finding)
    }
    finding.count++
    if (finding.numbers.length < NAMED) finding.numbers.push(number)
  }
}

module.exports = { check }
