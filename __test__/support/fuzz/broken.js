'use strict'

const { CHANNEL, NEVER } = require('./names')

/** Texts that are no JSON by themselves, and may be in company. */
const NO_JSON = [
  NEVER,
  `"${NEVER}`,
  `'${NEVER}'`,
  `{"${NEVER}":1`,
  `"${NEVER}":2}`,
  `["${NEVER}"`,
  `"${NEVER}"]`,
  `"${NEVER}","${NEVER}"`,
  `"${NEVER}","${NEVER}","${NEVER}"`,
  `"${NEVER}"],["${NEVER}"`,
  `"${NEVER}",`,
  `,"${NEVER}"`,
  `["${NEVER}"]]`,
  `{"${NEVER}":1,}`,
  `{"${NEVER}":1}}`,
  `/*${NEVER}*/1`,
  `"${NEVER}\u0001"`,
  `"${NEVER}\\x"`,
  '[',
  ']',
  '{',
  '}',
  '"',
  ',',
  ' ',
  '],[',
  '01',
  '+1',
  'NaN',
  'undefined',
  '\u0000',
  '\ufeff1'
]

/** Values of headers that none has, for the header of that name or for all. */
const NO_VALUE = {
  version: ['2', '10', '9'.repeat(40), '0', '01', '1 ', '1.0', '-1', 'one'],
  life: [
    'a'.repeat(15),
    'a'.repeat(17),
    'ABCDEF0123456789',
    'g'.repeat(16),
    'é'.repeat(8),
    '0x0000000000000a'
  ],
  first: [
    '-1',
    '01',
    ' 1',
    '1 ',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    'NaN',
    String(2 ** 53),
    String(2n ** 64n),
    '9'.repeat(1000)
  ],
  runs: [
    '[]',
    '[[]]',
    'null',
    `["${CHANNEL}",1]`,
    `[["${CHANNEL}"]]`,
    `[["${CHANNEL}",0]]`,
    `[["${CHANNEL}",-1]]`,
    `[["${CHANNEL}",01]]`,
    `[["${CHANNEL}",1.0]]`,
    `[["${CHANNEL}","1"]]`,
    `[["${CHANNEL}",4294967296]]`,
    `[["${CHANNEL}",1,null]]`,
    `[["${CHANNEL}",1,"a","b"]]`,
    `[["${CHANNEL}",1]`,
    `[["${CHANNEL}",1]]]`,
    `[["${CHANNEL}",1],]`,
    `[ ["${CHANNEL}",1]]`,
    `[["${CHANNEL},1]]`,
    `[[1,1]]`,
    `{"${CHANNEL}":1}`
  ],
  any: ['', Buffer.from([0xff, 0xfe]), Buffer.from([0x31, 0]), 'x'.repeat(20000)]
}

module.exports = { NO_JSON, NO_VALUE }
