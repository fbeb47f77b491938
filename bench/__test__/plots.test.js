'use strict'

const { execFileSync } = require('child_process')
const fs = require('fs')
const os = require('os')
const path = require('path')
const { FACES, named } = require('../buses')
const { MEASURES } = require('../measures')
const { CURVE } = require('../measures/latency')
const { settingsFrom } = require('../options')
const { PICTURES } = require('../plots/pictures')
const { install } = require('../prerequisites')
const { comparison } = require('../report/json')

const BENCH = path.join(__dirname, '..')
const { reference, own, peers } = FACES.connector
const BUSES = [reference, own, ...peers].map((name) => named(name))

let folder

beforeAll(() => {
  install(BENCH, () => {})
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'plots-test-'))
}, 300000)

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A run in which each bus is somewhat faster than the one before, and each repetition than the last. */
function run({ argv = ['--plot'], buses = BUSES } = {}) {
  const results = buses.map((bus, index) => {
    const repetitions = [1, 2].map((round) => ({
      values: Object.fromEntries(MEASURES.map(({ key }) => [key, 1000 * (index + round)])),
      curve: CURVE.map((percent) => (index + round) / (101 - percent))
    }))
    return { bus, repetitions }
  })
  return comparison({ facts: { cores: 2 }, settings: settingsFrom(argv), own: null, results })
}

/**
 * Jest cannot load modules, of which vega consists; the command can.
 *
 * @returns {Record<string, string>} what was drawn, by the name of the file
 */
function drawn(content, name) {
  const file = path.join(folder, `${name}.json`)
  fs.writeFileSync(file, JSON.stringify(content))
  const into = path.join(folder, name)
  execFileSync(process.execPath, [path.join(BENCH, 'plots'), file, into])
  const names = fs.readdirSync(into)
  return Object.fromEntries(
    names.map((each) => [each, fs.readFileSync(path.join(into, each), 'utf8')])
  )
}

/** @returns {string} what an SVG says in words */
function words(svg) {
  return [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text).join('\n')
}

test('each picture is drawn for light and for dark pages, as XML, with each bus and no nonsense', () => {
  const { XMLValidator } = require('fast-xml-parser')
  const svgs = drawn(run(), 'all')
  const expected = Object.keys(PICTURES).flatMap((name) => [
    `${name}-dark.svg`,
    `${name}-light.svg`
  ])
  expect(Object.keys(svgs).sort()).toEqual(expected.sort())
  for (const [name, svg] of Object.entries(svgs)) {
    expect(XMLValidator.validate(svg)).toBe(true)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
    expect(svg).toContain(name.includes('dark') ? '#0d1117' : '#ffffff')
    for (const { title } of BUSES)
      expect(words(svg)).toContain(title.replace('thin connector ', ''))
  }
})

test('what was not measured is not drawn', () => {
  const content = run({ argv: [], buses: BUSES.slice(0, 1) })
  const expected = ['latency-dark', 'latency-light', 'throughput-dark', 'throughput-light']
  expect(Object.keys(drawn(content, 'some'))).toEqual(expected.map((name) => `${name}.svg`))
})

test('the words name only the buses that are drawn', () => {
  const content = run()
  for (const { name, summary } of content.buses) if (name !== own) delete summary.nodes16
  const [first, second] = BUSES
  for (const nodes of [2, 4, 8]) delete content.buses[0].summary[`nodes${nodes}`]
  const svg = drawn(content, 'named')['nodes-light.svg']
  expect(words(svg)).toContain(second.title)
  expect(words(svg)).not.toContain(first.title)
})

test('the bars are as long as the medians, and say them', () => {
  const { spec, data } = PICTURES.throughput(run())
  expect(data.values[0]).toEqual({
    bus: BUSES[0].title,
    kind: 'one server to another',
    median: 1500,
    min: 1000,
    max: 2000
  })
  expect(spec.layer[0].encoding.x.field).toBe('median')
})

test('of clusters, what arrives is drawn; of sizes, the bytes', () => {
  const content = run({ buses: BUSES.slice(0, 1) })
  const at = (picture, point) => picture.data.values.find((row) => row.point === point).median
  expect(at(PICTURES.nodes(content), 16)).toBe(15 * 1500)
  expect(at(PICTURES.sizes(content), 1000000)).toBe(1500)
  expect(at(PICTURES.topics(content), 100)).toBe(1500)
})

test('the curve is the median of the repetitions', () => {
  const { data } = PICTURES.latency(run())
  expect(data.values[0]).toEqual({
    bus: BUSES[0].title,
    oneIn: 1,
    median: 1.5 / 101,
    min: 1 / 101,
    max: 2 / 101
  })
})

test('the documents show what the figures of their run say', () => {
  const shown = path.join(BENCH, '..', 'docs', 'images', 'performance')
  const figures = JSON.parse(fs.readFileSync(path.join(shown, 'figures.json'), 'utf8'))
  for (const [name, svg] of Object.entries(drawn(figures, 'shown'))) {
    expect(fs.readFileSync(path.join(shown, name), 'utf8')).toBe(svg)
  }
})
