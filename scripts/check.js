'use strict'

const { cargo } = require('./cargo')
const { installCargoDeny } = require('./cargo-deny')
const { run } = require('./command')

/** What a machine can say about the sources without running them. */
const CHECKS = [
  { name: 'rustfmt', run: () => cargo(['fmt', '--check']) },
  {
    name: 'clippy',
    run: () => cargo(['clippy', '--release', '--all-targets', '--quiet', '--', '-D', 'warnings'])
  },
  { name: 'eslint', run: () => run('eslint', ['.', '--max-warnings', '0']) },
  { name: 'prettier', run: () => run('prettier', ['--check', '--log-level', 'warn', '.']) },
  { name: 'tsc', run: () => run('tsc', ['--project', '__test__/types']) },
  { name: 'cargo deny', run: cargoDeny }
]

async function cargoDeny() {
  const command = await installCargoDeny()
  if (!command) return false
  const quiet = ['--log-level', 'error']
  return run(command, [...quiet, 'check', '--hide-inclusion-graph', 'licenses', 'bans', 'sources'])
}

/**
 * Runs every check, also after one has failed.
 *
 * @returns {Promise<import('./test/verdict').Result>}
 */
async function check() {
  const result = { passed: 0, failed: [] }
  for (const { name, run: runCheck } of CHECKS) {
    const start = Date.now()
    const succeeded = await runCheck()
    const seconds = ((Date.now() - start) / 1000).toFixed(1)
    console.log(`${succeeded ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
    if (succeeded) result.passed++
    else result.failed.push(name)
  }
  return result
}

module.exports = { check }

if (require.main === module) {
  check().then(({ passed, failed }) => {
    console.log(`${passed} passed, ${failed.length} failed`)
    process.exitCode = failed.length > 0 ? 1 : 0
  })
}
