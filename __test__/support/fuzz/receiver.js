'use strict'

/**
 * A process with a cluster node that checks what it is delivered while a Fuzzer writes, so that a crash ends this
 * process and its memory can be measured. Takes the node's options and its name from the environment, says 'ready',
 * and at the end a report as JSON.
 */

const ClusterNode = require('../../../cluster-node')
const { LIVING, NEVER, CHANNEL, END } = require('./names')

const { OPTIONS, NAME } = process.env

/** Violations that are reported in full. */
const SHOWN = 5

/** What is wrong with a message that was delivered, if anything is. */
class Checker {
  /** How many messages of the living sender have come. */
  living = 0
  /** How many valid messages of others, and of others under its name. */
  others = 0
  violations = []

  check(message, from) {
    const wrong = this.#wrong(message, from)
    if (wrong) this.violations.push(`${wrong}: ${brief(message)} from ${brief(from)}`)
  }

  #wrong(message, from) {
    if (message !== undefined && JSON.stringify(message).includes(NEVER)) return 'never valid'
    if (message?.living !== undefined) {
      const isNext = from === LIVING && message.living === this.living
      if (isNext) this.living++
      return isNext ? undefined : `not ${this.living}, which is next`
    }
    // A record without a value is one message that is undefined.
    const isKnown = message === undefined ? from !== LIVING : message?.of !== undefined
    if (!isKnown) return 'never written'
    this.others++
    const isTheirs = message === undefined || message.of === from.slice(0, message.of.length)
    return isTheirs ? undefined : 'under a wrong name'
  }
}

function brief(value) {
  return String(JSON.stringify(value)).slice(0, 200)
}

function main() {
  const codes = {}
  const note = (_, message) => {
    const code = message.split(':')[0]
    codes[code] = (codes[code] ?? 0) + 1
  }
  const logger = { info: note, debug: note, warn: note, error: note, fatal: note }
  const node = new ClusterNode(JSON.parse(OPTIONS), { logger }, { serverName: NAME })
  const checker = new Checker()
  let mostMb = 0
  const measure = () => {
    mostMb = Math.max(mostMb, Math.round(process.memoryUsage.rss() / 1e6))
  }
  const timer = setInterval(measure, 20)
  node.subscribe(CHANNEL, (message, from) => checker.check(message, from))
  node.subscribe(END, async (_, from) => {
    if (from !== LIVING) return
    clearInterval(timer)
    measure()
    const { living, others, violations } = checker
    const found = { violations: violations.length, shown: violations.slice(0, SHOWN) }
    const report = { living, others, ...found, mostMb, codes, stats: node.stats() }
    await node.close()
    console.log(`report ${JSON.stringify(report)}`)
  })
  node.whenReady().then(() => console.log('ready'))
}

if (require.main === module) main()
