'use strict'

const path = require('path')
const { named } = require('../buses')

const ROOT = path.join(__dirname, '..', '..')

test('a bus has the name by which it was asked for', () => {
  for (const name of [
    'redis',
    'kafka',
    'kafka-variant',
    'cluster-kafka',
    'cluster-kafka-variant'
  ]) {
    expect(named(name).name).toBe(name)
  }
})

test('a build in another folder is a bus of its own', () => {
  const packages = { 'kafka@old': ROOT, 'cluster-kafka@old': ROOT }
  const { version } = require('../../package.json')
  for (const name of Object.keys(packages)) {
    const bus = named(name, { packages })
    expect(bus).toMatchObject({ name, title: expect.stringMatching(/ in old$/) })
    expect(bus.version()).toBe(version)
  }
})

test('only this package’s nodes read what is not for them, and only cluster nodes send to one', () => {
  expect(named('redis').readsWholeTopic).toBeFalsy()
  expect(named('kafka')).toMatchObject({ readsWholeTopic: true })
  expect(named('kafka').sendsDirect).toBeFalsy()
  expect(named('cluster-kafka')).toMatchObject({ readsWholeTopic: true, sendsDirect: true })
})
