'use strict'

const { insert, table } = require('../../matrix/table')

const RESULTS = [
  { broker: 'embedded', node: '16.20.2' },
  { broker: 'embedded', node: '26.12.1' },
  { broker: '2.8.2', node: '16.20.2' },
  { broker: '2.8.2', node: '26.12.1', failure: 'connect: not within 60000 ms' }
]

test('the table says of each Node and each broker whether the contract holds', () => {
  expect(table(RESULTS, 'linux-x64', new Date('2026-11-26T12:00:00Z')).split('\n')).toEqual([
    '|  | Node 16.20.2 | Node 26.12.1 |',
    '| --- | --- | --- |',
    '| embedded broker | passes | passes |',
    '| Kafka 2.8.2 with ZooKeeper | passes | fails |',
    '',
    '`npm run matrix` on 2026-11-26, linux-x64: 3 of 4 pass.'
  ])
})

test('it takes the place of the one before, and touches nothing else', () => {
  const document = 'before\n\n<!-- matrix -->\n\nold\n\n<!-- /matrix -->\n\nafter\n'
  expect(insert(document, 'new')).toBe(document.replace('old', 'new'))
})

test('a document without the markers is an error, not a document with a table at some place', () => {
  expect(() => insert('before <!-- /matrix --> <!-- matrix --> after', 'new')).toThrow(
    'The document has no <!-- matrix --> before an <!-- /matrix -->'
  )
})
