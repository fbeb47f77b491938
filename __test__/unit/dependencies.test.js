'use strict'

const { satisfies } = require('semver')
const { packages } = require('../../package-lock.json')

test('all development dependencies are for Node 20.19, so that npm has nothing to warn of', () => {
  const others = Object.entries(packages)
    .filter(([, { engines, optional }]) => engines?.node && !optional)
    .filter(([, { engines }]) => !satisfies('20.19.0', engines.node))
    .map(([folder, { engines }]) => `${folder} is for Node ${engines.node}`)
  expect(others).toEqual([])
})
