'use strict'

/**
 * The command: `npm run matrix`. Tries the package with every Node and every Kafka that it is made for, and writes the
 * table of README.md. Exit code 0 if all of it holds, 1 if not, 2 when it could not be found out.
 *
 * --node 22          only these Nodes, by the beginning of their version; may be repeated
 * --kafka embedded   only these brokers, likewise
 *
 * With either, README.md stays as it is.
 */

const fs = require('node:fs')
const path = require('node:path')
const { parseArgs } = require('node:util')
const prettier = require('prettier')
const { BROKERS, titleOf } = require('./brokers')
const { NODES } = require('./nodes')
const { run } = require('./run')
const { insert, table } = require('./table')

const README = path.join(__dirname, '..', 'README.md')

const say = (line) => process.stdout.write(`${line}\n`)

/** @returns {string[]} those versions that are asked for; all, if none is */
function chosen(versions, beginnings) {
  if (!beginnings) return versions
  return beginnings.flatMap((beginning) => {
    const found = versions.filter((version) => `${version}.`.startsWith(`${beginning}.`))
    if (found.length > 0) return found
    throw new Error(`There is no ${beginning}. There are ${versions.join(', ')}`)
  })
}

async function main() {
  const several = { type: 'string', multiple: true }
  const { values } = parseArgs({ options: { node: several, kafka: several } })
  const nodes = chosen(NODES, values.node)
  const brokers = chosen(BROKERS, values.kafka)
  const results = await run({
    nodes,
    brokers,
    say: ({ node, broker, failure }) =>
      say(`${failure ? 'FAILED' : 'ok    '} Node ${node}, ${titleOf(broker)} ${failure ?? ''}`)
  })

  const text = table(results, machine(), new Date())
  const isWhole = results.length === NODES.length * BROKERS.length
  say(`\n${text}`)
  if (isWhole) await write(text)
  return results.some(({ failure }) => failure) ? 1 : 0
}

function machine() {
  const { glibcVersionRuntime } = process.report.getReport().header
  return `${process.platform}-${process.arch}${glibcVersionRuntime ? ` with glibc ${glibcVersionRuntime}` : ''}`
}

async function write(text) {
  const config = await prettier.resolveConfig(README)
  const document = insert(fs.readFileSync(README, 'utf8'), text)
  fs.writeFileSync(README, await prettier.format(document, { ...config, filepath: README }))
}

main().then(
  (code) => (process.exitCode = code),
  (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exitCode = 2
  }
)
