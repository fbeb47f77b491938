'use strict'

const fs = require('node:fs')
const path = require('node:path')

const ROOT = path.join(__dirname, '..', '..')
const CONTRACT = path.join(ROOT, '__test__', 'contract')

/** What docs/contract.md says of each point. */
function points() {
  const text = fs.readFileSync(path.join(ROOT, 'docs', 'contract.md'), 'utf8')
  return new Map(
    text
      .split(/^- \*\*|^## /m)
      .filter((part) => /^[FC]\d+, /.test(part))
      .map((part) => [/^\w+/.exec(part)[0], part])
  )
}

/** @returns {Map<string, string[]>} the files in which tests are named by each point */
function testsByPoint() {
  const files = fs
    .readdirSync(CONTRACT, { recursive: true })
    .filter((file) => file.endsWith('.js'))
    .sort()
  const found = new Map()
  for (const file of files) {
    const text = fs.readFileSync(path.join(CONTRACT, file), 'utf8')
    for (const point of new Set(Array.from(text.matchAll(/['`]([FC]\d+) /g), ([, name]) => name))) {
      found.set(point, [...(found.get(point) ?? []), path.basename(file)])
    }
  }
  return found
}

test('docs/contract.md has the points that tests are named by', () => {
  expect([...points().keys()].sort()).toEqual([...testsByPoint().keys()].sort())
})

test.each([...points().keys()])('the files that docs/contract.md names for %s test it', (point) => {
  const named = points()
    .get(point)
    .match(/(?<=`)[\w./-]+\.js(?=`)/g)
  for (const file of named ?? []) {
    if (file.includes('/')) expect(fs.existsSync(path.join(ROOT, file))).toBe(true)
    else expect(testsByPoint().get(point)).toContain(file)
  }
  // Those of the cluster node are in one file, which stands above the list.
  expect(named?.length > 0 || point.startsWith('C')).toBe(true)
})
