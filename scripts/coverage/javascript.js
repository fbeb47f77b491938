'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { fileURLToPath } = require('node:url')
const { ROOT } = require('../command')

const processesIn = (folder) => path.join(folder, 'processes')

/** Options with which jest counts what runs in its own process. */
function flags(folder) {
  return ['--coverage', '--coverageReporters=json', `--coverageDirectory=${folder}`]
}

/** With this every Node process that a test starts counts as well. */
function environment(folder) {
  return { NODE_V8_COVERAGE: processesIn(folder) }
}

/**
 * Prints how many statements of each file ran in any process, and the lines of those that did not.
 *
 * @param {string} folder
 */
function report(folder) {
  const files = JSON.parse(fs.readFileSync(path.join(folder, 'coverage-final.json'), 'utf8'))
  const elsewhere = countsOfProcesses(folder)
  let [allReached, all] = [0, 0]
  console.log('\nJavaScript statements')
  for (const [file, { statementMap, s: counts }] of Object.entries(files)) {
    const wasReachedElsewhere = reachedIn(file, elsewhere.get(file) ?? [])
    const statements = Object.entries(statementMap)
    const missed = statements
      .filter(([id, { start }]) => counts[id] === 0 && !wasReachedElsewhere(start))
      .map(([, { start }]) => start.line)
    const reached = statements.length - missed.length
    printLine(path.relative(ROOT, file), reached, statements.length, [...new Set(missed)])
    allReached += reached
    all += statements.length
  }
  printLine('all', allReached, all, [])
}

function printLine(name, reached, all, missedLines) {
  const percent = all === 0 ? 100 : (100 * reached) / all
  const missed = missedLines.length > 0 ? `  not lines ${missedLines.join(', ')}` : ''
  console.log(`${name.padEnd(28)} ${percent.toFixed(1).padStart(6)} %${missed}`)
}

/** @returns {Map<string, object[]>} by file, what V8 counted of its functions in each process */
function countsOfProcesses(folder) {
  const counts = new Map()
  const reports = processesIn(folder)
  for (const report of fs.existsSync(reports) ? fs.readdirSync(reports) : []) {
    const { result } = JSON.parse(fs.readFileSync(path.join(reports, report), 'utf8'))
    for (const { url, functions } of result) {
      if (!url.startsWith('file://') || isInstrumented(functions)) continue
      const file = fileURLToPath(url)
      counts.set(file, [...(counts.get(file) ?? []), functions])
    }
  }
  return counts
}

/** Jest counts by code of its own, so that V8's offsets are not those of the file. */
function isInstrumented(functions) {
  return functions.some(({ functionName }) => functionName.startsWith('cov_'))
}

/** @returns {(position: {line: number, column: number}) => boolean} whether any process got there */
function reachedIn(file, processes) {
  const lineStarts = [0]
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    lineStarts.push(lineStarts.at(-1) + line.length + 1)
  }
  return ({ line, column }) => {
    const at = lineStarts[line - 1] + column
    // Of the ranges around a position, the innermost tells, and V8 lists it last.
    return processes.some((functions) => {
      const around = functions
        .flatMap(({ ranges }) => ranges)
        .filter(({ startOffset, endOffset }) => startOffset <= at && at < endOffset)
      return around.length > 0 && around.at(-1).count > 0
    })
  }
}

module.exports = { flags, environment, report }
