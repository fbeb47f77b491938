'use strict'

const { decode, topicOf } = require('../../packages/deepstream-kafka/lib/messages')

const decoded = (channel, message) => {
  const { topic, action, name, payload } = decode(channel, JSON.stringify(message) ?? '')
  return [topic, action, name, payload]
}

describe('a message of deepstream 3 and before', () => {
  test.each([
    [
      'E',
      { raw: 'E\u001fEVT', topic: 'E', action: 'EVT', data: ['ev1', 'O{"x":[1,2.5,null]}'] },
      ['EVENT', 'EVENT', 'ev1', '{"x":[1,2.5,null]}']
    ],
    [
      'E',
      { topic: 'E', action: 'EVT', data: ['ev1', 'Shello'] },
      ['EVENT', 'EVENT', 'ev1', '"hello"']
    ],
    ['E', { topic: 'E', action: 'EVT', data: ['ev1', 'U'] }, ['EVENT', 'EVENT', 'ev1', '']],
    ['E', { topic: 'E', action: 'EVT', data: ['ev1'] }, ['EVENT', 'EVENT', 'ev1', '']],
    [
      'R',
      { topic: 'R', action: 'P', data: ['rec/1', '3', 'b[1]', 'N7'] },
      ['RECORD', 'PATCH', 'rec/1', '3 b[1] 7']
    ],
    [
      'R',
      { topic: 'R', action: 'U', data: ['rec/2', 1, '{"new":1}', '{}'] },
      ['RECORD', 'UPDATE', 'rec/2', '1 {"new":1} {}']
    ],
    ['R', { topic: 'R', action: 'A', data: ['D', 'rec/1'] }, ['RECORD', 'ACK', 'rec/1', 'D']],
    [
      'PRIVATE/srv-B',
      {
        topic: 'PRIVATE/srv-B',
        action: 'REQ',
        data: ['add', 'c1', 'O{"a":1}'],
        originalTopic: 'P'
      },
      ['RPC', 'REQUEST', 'add', 'c1 {"a":1}']
    ],
    [
      'PRIVATE/srv-A',
      { topic: 'PRIVATE/srv-A', action: 'E', data: ['NO_RPC_PROVIDER', ['rej', 'c1']] },
      ['RPC', 'ERROR', 'NO_RPC_PROVIDER', '["rej","c1"]']
    ],
    [
      'E_SUB',
      { topic: 'E_SUB', action: 'DISTRIBUTED_STATE_FULL_STATE', data: ['srv-B', ['ev1']] },
      ['EVENT_SUBSCRIPTIONS', 'FULL_STATE', 'srv-B', '["ev1"]']
    ],
    [
      'CL',
      { topic: 'CL', action: 'ST', data: [{ serverName: 'srv-A', memory: 0.5 }] },
      ['CLUSTER', 'STATUS', 'srv-A', '{"serverName":"srv-A","memory":0.5}']
    ],
    ['CL', { topic: 'CL', action: 'RM', data: ['srv-A'] }, ['CLUSTER', 'REMOVE', 'srv-A', '']],
    [
      'LP_srv-A',
      { topic: 'LP_srv-A', action: 'LRQ', data: [{ name: 'l', responseTopic: 'LP_srv-B' }] },
      ['LEADER_PRIVATE', 'LOCK_REQUEST', 'l', '{"name":"l","responseTopic":"LP_srv-B"}']
    ]
  ])('on %s is shown by the words of deepstream', (channel, message, shown) => {
    expect(decoded(channel, message)).toEqual(shown)
  })
})

describe('a message of deepstream 4 and later', () => {
  test.each([
    [
      '4',
      { topic: 4, names: [], action: 2, data: '{"x":[1,2.5,null]}', name: 'ev1' },
      ['EVENT', 'EMIT', 'ev1', '{"x":[1,2.5,null]}']
    ],
    [
      '5',
      {
        topic: 5,
        names: [],
        versions: {},
        action: 19,
        data: '7',
        name: 'rec/1',
        path: 'n.d[0]',
        version: 3,
        parsedData: 7,
        isWriteAck: false
      },
      ['RECORD', 'PATCH', 'rec/1', '7 {"path":"n.d[0]","version":3}']
    ],
    [
      '9',
      { topic: 9, action: 2, serverName: 'srv-A', leaderScore: 0.77, role: 'deepstream' },
      ['CLUSTER', 'STATUS', 'srv-A', '{"leaderScore":0.77,"role":"deepstream"}']
    ],
    [
      '11',
      { topic: 11, registryTopic: 13, action: 5, fullState: ['add'] },
      ['STATE_REGISTRY', 'FULL_STATE', 'RPC_SUBSCRIPTIONS', '{"fullState":["add"]}']
    ],
    [
      '11',
      { topic: 11, registryTopic: 12, action: 2, name: 'rec/1' },
      ['STATE_REGISTRY', 'ADD', 'RECORD_SUBSCRIPTIONS rec/1', '']
    ],
    [
      '20',
      { topic: 20, action: 102, subscription: 'ev' },
      ['EVENT_LISTENING', 'LISTEN_UNSUCCESSFUL', 'ev', '']
    ],
    ['5', { topic: 5, action: 2, names: ['a', 'b'] }, ['RECORD', 'NOTIFY', 'a b', '']],
    ['4', { topic: 4, action: 999, name: 'ev' }, ['EVENT', '999', 'ev', '']],
    ['77', { topic: 77, action: 1, name: 'ev' }, ['77', '1', 'ev', '']]
  ])('on %s is shown by the words of deepstream', (channel, message, shown) => {
    expect(decoded(channel, message)).toEqual(shown)
  })
})

test('a topic for one server says which', () => {
  expect(topicOf('PRIVATE/srv B')).toEqual({ topic: 'RPC', addressee: 'srv B' })
  expect(topicOf('LP_x')).toEqual({ topic: 'LEADER_PRIVATE', addressee: 'x' })
  expect(topicOf('constructor')).toEqual({ topic: 'constructor' })
})

test.each([
  ['', 'undefined'],
  ['[1,2]', '[1,2]'],
  ['{"action":', '{"action":'],
  ['null', 'null'],
  ['{"action":{}}', '{"action":{}}']
])('what is no message of deepstream is shown as it is: %s', (json, payload) => {
  expect(decode('E', json)).toMatchObject({ topic: 'EVENT', action: '', name: '', payload })
})

test.each([
  [{ action: 2, names: 5, name: {}, data: [] }],
  [{ action: 'EVT', data: 7 }],
  [{ action: 'EVT', data: [null, { a: 1 }] }],
  [{ action: 'A', data: [null, null] }]
])('a message that deepstream would not send does no harm: %j', (message) => {
  expect(decode('E', JSON.stringify(message))).toMatchObject({
    name: expect.any(String),
    payload: expect.any(String)
  })
})
