'use strict'

const { check } = require('../../chaos/checker')

const NAMES = ['a', 'b', 'c', 'd']

/**
 * @param {number} each how many messages each node sends
 * @returns {object} a run in which everything went well: all in one order, from all nodes in turn
 */
function cleanRun(each) {
  const received = NAMES.map((_, receiver) => {
    const reception = { senders: [], numbers: [] }
    for (let at = 0; at < each * NAMES.length; at++) {
      if (at % NAMES.length === receiver) continue
      reception.senders.push(at % NAMES.length)
      reception.numbers.push(Math.floor(at / NAMES.length))
    }
    return reception
  })
  return { names: NAMES, sent: NAMES.map(() => each), received }
}

/** @returns {number} where the message is in the reception */
function find({ senders, numbers }, sender, number) {
  return senders.findIndex((from, at) => from === sender && numbers[at] === number)
}

function remove({ senders, numbers }, at) {
  senders.splice(at, 1)
  numbers.splice(at, 1)
}

function insert({ senders, numbers }, at, sender, number) {
  senders.splice(at, 0, sender)
  numbers.splice(at, 0, number)
}

function swap({ senders, numbers }, one, two) {
  for (const list of [senders, numbers]) [list[one], list[two]] = [list[two], list[one]]
}

const CLEAN = {
  lost: [],
  doubled: [],
  outOfOrder: [],
  unexpected: [],
  disagreements: [],
  isClean: true
}

test('a run in which all went well is clean', () => {
  expect(check(cleanRun(100))).toEqual(CLEAN)
})

test('a run without a message is clean', () => {
  expect(check(cleanRun(0))).toEqual(CLEAN)
})

test('a message that one receiver lost is named, and nothing else', () => {
  const run = cleanRun(100)
  remove(run.received[2], find(run.received[2], 1, 50))
  expect(check(run)).toEqual({
    ...CLEAN,
    lost: [{ sender: 'b', receiver: 'c', count: 1, numbers: [50] }],
    isClean: false
  })
})

test.each([
  ['first', 0],
  ['last', 99]
])('the loss of the %s message is found', (_, number) => {
  const run = cleanRun(100)
  remove(run.received[0], find(run.received[0], 3, number))
  expect(check(run)).toEqual({
    ...CLEAN,
    lost: [{ sender: 'd', receiver: 'a', count: 1, numbers: [number] }],
    isClean: false
  })
})

test('a message that nobody got is lost to each', () => {
  const run = cleanRun(100)
  for (const reception of run.received.slice(1)) remove(reception, find(reception, 0, 7))
  const lost = ['b', 'c', 'd'].map((receiver) => ({
    sender: 'a',
    receiver,
    count: 1,
    numbers: [7]
  }))
  expect(check(run)).toEqual({ ...CLEAN, lost, isClean: false })
})

test.each([
  ['at once', 1],
  ['much later', 100]
])('a message that came again %s is doubled, and nothing else', (_, distance) => {
  const run = cleanRun(100)
  const at = find(run.received[3], 2, 50)
  insert(run.received[3], at + distance, 2, 50)
  expect(check(run)).toEqual({
    ...CLEAN,
    doubled: [{ sender: 'c', receiver: 'd', count: 1, numbers: [50] }],
    isClean: false
  })
})

test('two swapped messages of one sender are out of order, and so is the total order', () => {
  const run = cleanRun(100)
  const reception = run.received[1]
  swap(reception, find(reception, 0, 50), find(reception, 0, 51))
  const verdict = check(run)
  // 51 came early; 50 is the only one of its sender that came late. Those of others in between have
  // been overtaken by 51, in the eyes of the receivers that got the same.
  expect(verdict).toMatchObject({
    lost: [],
    doubled: [],
    unexpected: [],
    outOfOrder: [{ sender: 'a', receiver: 'b', count: 1, numbers: [50] }],
    isClean: false
  })
  expect(verdict.disagreements.map(({ receivers }) => receivers.join(' '))).toEqual(['b c', 'b d'])
})

test('one message that came late at all receivers is out of order, and the total order is the same', () => {
  const run = cleanRun(100)
  for (const reception of run.received.slice(1)) {
    remove(reception, find(reception, 0, 50))
    insert(reception, find(reception, 0, 60) + 1, 0, 50)
  }
  const outOfOrder = ['b', 'c', 'd'].map((receiver) => ({
    sender: 'a',
    receiver,
    count: 1,
    numbers: [50]
  }))
  expect(check(run)).toEqual({ ...CLEAN, outOfOrder, isClean: false })
})

test('two neighbours of different senders that are swapped at one receiver break only the total order', () => {
  const run = cleanRun(100)
  const reception = run.received[0]
  const at = find(reception, 1, 50)
  swap(reception, at, at + 1)
  // To b and c these two are no common messages with a: they sent one of them.
  expect(check(run)).toEqual({
    ...CLEAN,
    disagreements: [{ receivers: ['a', 'd'], count: 1, messages: [{ sender: 'b', number: 50 }] }],
    isClean: false
  })
})

test('a message that was never sent is unexpected, and so is one that comes back to its sender', () => {
  const run = cleanRun(100)
  insert(run.received[0], 30, 1, 100)
  insert(run.received[1], 30, 1, 5)
  insert(run.received[2], 30, 9, 5)
  expect(check(run)).toEqual({
    ...CLEAN,
    unexpected: [
      { sender: 'b', receiver: 'a', count: 1, numbers: [100] },
      { sender: 'b', receiver: 'b', count: 1, numbers: [5] },
      { sender: '9', receiver: 'c', count: 1, numbers: [5] }
    ],
    isClean: false
  })
})

test('all are counted and the first are named', () => {
  const run = cleanRun(100)
  for (let number = 20; number < 50; number++) {
    remove(run.received[0], find(run.received[0], 1, number))
  }
  const [{ count, numbers }] = check(run).lost
  expect(count).toBe(30)
  expect(numbers).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29])
})

test('several faults at once are told apart', () => {
  const run = cleanRun(1000)
  const reception = run.received[3]
  remove(reception, find(reception, 0, 100))
  insert(reception, find(reception, 1, 200), 1, 199)
  swap(reception, find(reception, 2, 300), find(reception, 2, 301))
  expect(check(run)).toMatchObject({
    lost: [{ sender: 'a', receiver: 'd', count: 1, numbers: [100] }],
    doubled: [{ sender: 'b', receiver: 'd', count: 1, numbers: [199] }],
    outOfOrder: [{ sender: 'c', receiver: 'd', count: 1, numbers: [300] }]
  })
})

test('a million messages are no trouble', () => {
  const run = cleanRun(250000)
  remove(run.received[1], find(run.received[1], 3, 249999))
  expect(check(run)).toEqual({
    ...CLEAN,
    lost: [{ sender: 'd', receiver: 'b', count: 1, numbers: [249999] }],
    isClean: false
  })
})
