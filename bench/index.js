'use strict'

/**
 * The command: `npm run bench`. Exit code 0 when every message of every run arrived exactly once
 * and in order, 1 when not, 2 when nothing was run.
 */

const path = require('path')
const buses = require('./buses')
const { compare } = require('./compare')
const { settingsFrom } = require('./options')
const { overhead } = require('./measures/overhead')
const { draw } = require('./plots')
const { prepare } = require('./prerequisites')
const { facts, factLines } = require('./report/facts')
const { comparison, write, writeStalls } = require('./report/json')
const { table, overheadLine } = require('./report/table')
const { Servers } = require('./servers')
const { huntStalls } = require('./stalls')

const say = (line) => process.stdout.write(`${line}\n`)

/**
 * @param {object} settings
 * @returns {string[]} what is done, for whoever reads the numbers
 */
function procedure(settings) {
  const { quick, stalls, repeat, discard, perTick, rate, seconds, warmUp } = settings
  const { messages, largeMessages, messagesEach, bytes } = settings
  const before =
    `each pair of processes first runs ${warmUp.checked + warmUp.flood} messages at full speed ` +
    `and ${warmUp.pacedSeconds} s at ${rate} msg/s, unmeasured`
  if (stalls) return [`${stalls} runs of ${seconds} s at ${rate} msg/s; ${before}`]
  const larger = `${largeMessages} of ${bytes} bytes`
  const floods = `${messages} messages, ${larger}, ${messagesEach} of each of three nodes`
  const what = `${floods}, in ticks of ${perTick}; ${seconds} s at ${rate} msg/s`
  if (quick) return [`a quick check of behaviour, not a measurement: ${what}`]
  const rounds = `${repeat} repetitions in turn, after ${discard} that is thrown away`
  return [`${rounds}; ${what}`, before]
}

/**
 * @param {object} settings
 * @param {Servers} servers
 * @returns {Promise<number>} the number of repetitions that failed
 */
async function run(settings, servers) {
  const chosen = settings.buses.map((name) => buses.named(name, settings))
  const known = facts(chosen)
  for (const line of [...factLines(known), ...procedure(settings), '']) say(line)
  if (settings.stalls) {
    const results = await huntStalls(chosen, servers, settings, say)
    if (settings.json) writeStalls(settings.json, { facts: known, settings, results })
    return failures(results.flatMap(({ runs }) => runs))
  }
  const own = settings.quick ? null : await overhead(settings)
  const results = await compare(chosen, servers, settings, say)
  if (own) {
    say(`\n${table(results, buses.FACES[settings.face].reference, settings)}`)
    say(`\n${overheadLine(own, settings)}`)
  }
  const content = comparison({ facts: known, settings, own, results })
  if (settings.json) write(settings.json, content)
  if (settings.pictures) {
    const names = await draw(content, settings.pictures)
    write(path.join(settings.pictures, 'figures.json'), content)
    say(`\nDrawn: ${names.join(', ')} in ${settings.pictures}`)
  }
  return failures(results.flatMap(({ repetitions }) => repetitions))
}

/**
 * @param {{faults: string[]}[]} runs
 * @returns {number}
 */
function failures(runs) {
  return runs.filter(({ faults }) => faults.length > 0).length
}

/**
 * @param {string[]} argv
 * @returns {Promise<number>} the exit code
 */
async function main(argv) {
  const settings = settingsFrom(argv)
  if (settings.help) {
    say(settings.help)
    return 0
  }
  await prepare(settings, say)
  const servers = new Servers()
  const interrupt = () => servers.stop().finally(() => process.exit(2))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  try {
    const failed = await run(settings, servers)
    if (failed > 0)
      say(`\nFAILED: ${failed} runs in which messages were lost, doubled or reordered`)
    return failed > 0 ? 1 : 0
  } catch (error) {
    process.stderr.write(`FAILED: ${error.message}\n`)
    return 1
  } finally {
    await servers.stop()
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
)
