'use strict'

const path = require('node:path')
const { Child, ROOT } = require('./child')

const COMMAND = path.join(ROOT, 'packages', 'deepstream-kafka', 'bin', 'deepstream-kafka.js')

/**
 * Runs of the command deepstream-kafka for each test around the call, ended at its end.
 *
 * @returns {(...args: string[]) => Child}
 */
function useCli() {
  const children = []
  afterEach(() => Promise.all(children.splice(0).map((child) => child.end())))
  return (...args) => {
    const child = new Child([COMMAND, ...args])
    children.push(child)
    return child
  }
}

module.exports = { COMMAND, useCli }
