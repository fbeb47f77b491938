'use strict'

const { ArgumentsError } = require('../arguments-error')
const { failedBy, skipped } = require('./result')
const { STEPS } = require('./steps')

/** From the best to the worst. */
const SEVERITY = ['ok', 'skipped', 'warning', 'failed']

/**
 * Examines a bus.
 *
 * @param {object} facts that are known from the beginning: `given`, the options, not yet checked; `server`, what is known of deepstream
 * @param {object} product what deepstream.io-msg-kafka exports, and its tools
 * @param {(result: import('./result').Result & { id: string, title: string }) => void} tell gets each result as soon as it is known
 * @param {typeof STEPS} [steps]
 * @returns {Promise<{ status: 'ok' | 'warning' | 'failed', checks: object[], facts: object }>} the worst status, all results, and all
 *   that was found out
 */
async function examine(facts, product, tell, steps = STEPS) {
  const known = { now: Date.now(), ...facts }
  const results = []
  /** By check: the title of the failure that keeps what depends on it from making sense; a result's field `because` has it, too. */
  const obstacles = new Map()
  const obstacleOf = (needs = []) => needs.map((id) => obstacles.get(id)).find(Boolean)

  function note({ id, title }, result) {
    if (result === undefined) return
    if (result.status === 'failed') obstacles.set(id, title)
    results.push({ id, title, ...result })
    tell(results.at(-1))
  }

  function prevent(check, obstacle) {
    obstacles.set(check.id, obstacle)
    note(check, { ...skipped(`Not checked, because this failed: ${obstacle}.`), because: obstacle })
  }

  for (const { needs = [], gather, checks } of steps) {
    let failure
    if (gather && !obstacleOf(needs))
      failure = await gather(known, product).then(
        (more) => void Object.assign(known, more),
        (error) => {
          if (error instanceof ArgumentsError) throw error
          return failedBy(error)
        }
      )
    for (const each of checks) {
      const obstacle = obstacleOf([...needs, ...(each.needs ?? [])])
      if (obstacle) prevent(each, obstacle)
      else if (failure && each !== checks[0]) prevent(each, checks[0].title)
      else note(each, failure ?? each.check(known))
    }
  }
  const worst = SEVERITY[Math.max(...results.map(({ status }) => SEVERITY.indexOf(status)))]
  return { status: worst === 'skipped' ? 'ok' : worst, checks: results, facts: known }
}

module.exports = { examine }
