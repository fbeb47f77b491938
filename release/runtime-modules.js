'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { ROOT } = require('../scripts/command')

/**
 * A package that the main package needs when it runs.
 *
 * @typedef {object} RuntimeModule
 * @property {string} folder where it is, relative to the main package
 * @property {string} name
 * @property {string} version
 * @property {string} license an SPDX expression
 */

/** @returns {RuntimeModule[]} what it needs, and what that needs, as the lock file has it */
function runtimeModules() {
  const lock = JSON.parse(fs.readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'))
  return Object.entries(lock.packages)
    .filter(([folder, { dev, optional, devOptional, link }]) => {
      const isOurs = folder === '' || folder.startsWith('packages/')
      return !isOurs && !dev && !optional && !devOptional && !link
    })
    .map(([folder, { version, license }]) => {
      const name = folder.split('node_modules/').at(-1)
      return { folder, name, version, license }
    })
}

/** Copies them from here into a copy of the main package, so that nothing has to be installed there. */
function copyRuntimeModules(target) {
  for (const { folder } of runtimeModules())
    fs.cpSync(path.join(ROOT, folder), path.join(target, folder), { recursive: true })
}

module.exports = { copyRuntimeModules, runtimeModules }
