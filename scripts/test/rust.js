'use strict'

const { stripVTControlCharacters } = require('node:util')
const { cargo } = require('../cargo')

/** @returns {Promise<import('./verdict').Result>} */
async function rustTests() {
  let output = ''
  const onOutput = (text) => (output += text)
  const succeeded = await cargo(['test', '--release', '--no-fail-fast'], { onOutput })
  return rustResult(output, succeeded)
}

/**
 * @param {string} output of `cargo test`, which runs several test programs
 * @param {boolean} succeeded
 * @returns {import('./verdict').Result}
 */
function rustResult(output, succeeded) {
  const result = { passed: 0, failed: [], skipped: [] }
  const programs = stripVTControlCharacters(output).split(/^running \d+ tests?$/m)
  for (const program of programs.slice(1)) {
    const sum = /^test result: \w+\. (\d+) passed/m.exec(program)
    // A crash takes along what the program would have said of its tests.
    if (!sum) result.failed.push('a test program that ended before its tests did, see above')
    result.passed += Number(sum?.[1] ?? 0)
    result.failed.push(...failuresIn(program))
    result.skipped.push(...matches(program, /^test (\S.*) \.\.\. ignored/gm))
  }
  if (!succeeded && result.failed.length === 0) {
    result.failed.push('cargo failed without naming a test, see above')
  }
  return result
}

/** They are listed at the end, after what they printed, which may look like such a list. */
function failuresIn(program) {
  const [list = ''] = matches(program, /^failures:\n((?: {4}\S.*\n)+)\ntest result:/gm)
  return matches(list, /^ {4}(.+)$/gm)
}

function matches(text, pattern) {
  return Array.from(text.matchAll(pattern), ([, match]) => match)
}

module.exports = { rustTests, rustResult }
