'use strict'

const path = require('node:path')
const { javaScriptResult } = require('../../scripts/test/javascript')
const { rustResult } = require('../../scripts/test/rust')
const { verdict } = require('../../scripts/test/verdict')

const ROOT = path.join(__dirname, '..', '..')

describe('the end of make test', () => {
  const RESULTS = [
    { step: 'checks', passed: 5, failed: ['clippy'] },
    { step: 'Rust tests', passed: 7, failed: [], skipped: ['link::later'] },
    { step: 'JavaScript tests', passed: 1, failed: ['a.test.js: takes "a\nb"'], skipped: [] }
  ]

  test('names what failed, a line each, above the sum', () => {
    expect(verdict(RESULTS, false)).toEqual({
      text: 'FAILED checks: clippy\nFAILED JavaScript tests: a.test.js: takes "a b"\n13 passed, 2 failed',
      hasPassed: false
    })
  })

  test('names what was skipped as well where that is a failure', () => {
    const lines = verdict(RESULTS, true).text.split('\n')
    expect(lines[0]).toBe('SKIPPED Rust tests: link::later')
    expect(lines.at(-1)).toBe('13 passed, 3 failed')
    expect(verdict([RESULTS[1]], true).hasPassed).toBe(false)
    expect(verdict([RESULTS[1]], false).hasPassed).toBe(true)
  })

  test('is no success when nothing was run', () => {
    const nothing = { text: '0 passed, 0 failed', hasPassed: false }
    expect(verdict([{ step: 'checks', passed: 0, failed: [] }], false)).toEqual(nothing)
  })
})

describe('Rust tests', () => {
  const PROGRAM = `
running 3 tests
test link::later ... ignored, needs a broker
test link::good ... \u001b[32mok\u001b[m
test link::fails ... \u001b[31mFAILED\u001b[m

failures:

---- link::fails stdout ----
failures:
    not the name of a test

thread 'link::fails' panicked at src/link.rs:2:64

failures:
    link::fails

test result: \u001b[31mFAILED\u001b[m. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out
`

  test('are known by the names in the output of their programs', () => {
    expect(rustResult(PROGRAM + PROGRAM.replaceAll('link::', 'end::'), false)).toEqual({
      passed: 2,
      failed: ['link::fails', 'end::fails'],
      skipped: ['link::later', 'end::later']
    })
  })

  test('have failed when their program crashed, and when none was built', () => {
    const crashed = `${PROGRAM}\nrunning 4 tests\ntest end::good ... ok\n`
    expect(rustResult(crashed, false).failed).toEqual([
      'link::fails',
      expect.stringMatching(/^a test program that ended/)
    ])
    expect(rustResult('', false).failed).toEqual([expect.stringMatching(/^cargo failed/)])
  })
})

describe('JavaScript tests', () => {
  const file = (name) => path.join(ROOT, '__test__', name)
  const report = {
    testResults: [
      {
        name: file('a.test.js'),
        message: '  ● bus › closes\n\n    expect(received)',
        assertionResults: [
          { fullName: 'bus opens', status: 'passed' },
          { fullName: 'bus closes', status: 'failed' },
          { fullName: 'bus waits', status: 'pending' },
          { fullName: 'bus sings', status: 'todo' }
        ]
      },
      {
        name: file('b.test.js'),
        message: '\u001b[1m  ● \u001b[22mTest suite failed to run\n\n    No module x\n\n      at y',
        assertionResults: []
      }
    ]
  }

  test('are known by their file and full name, and a file that fails as a whole by its reason', () => {
    expect(javaScriptResult(report, false)).toEqual({
      passed: 1,
      failed: [
        '__test__/a.test.js: bus closes',
        '__test__/b.test.js failed as a whole: No module x'
      ],
      skipped: ['__test__/a.test.js: bus waits', '__test__/a.test.js: bus sings']
    })
  })

  test('have failed when jest fails without naming one', () => {
    const { failed } = javaScriptResult({ testResults: [] }, false)
    expect(failed).toEqual([expect.stringMatching(/^jest failed/)])
  })
})
