'use strict'

const { CURVE } = require('../measures/latency')
const { summary } = require('../statistics')

/**
 * The pictures, as specifications for vega-lite. Each is a function of the content of the file that
 * `--json` writes; it returns null when nothing of it was measured.
 */

const WIDTH = 640

const LEGEND = { labelLimit: 400, symbolOpacity: 1, symbolType: 'stroke' }

const LOG = { type: 'log', nice: false }

/** From the lowest to the highest repetition. */
const SPREAD = {
  mark: { type: 'rule', strokeWidth: 1.5 },
  encoding: { x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } }
}

/**
 * @param {object} content
 * @param {string[]} keys of measures
 * @param {(key: string) => object} about what else a row of this measure says
 * @returns {object[]} a row for each bus and measure: `bus`, `median`, `min` and `max`
 */
function rowsOf({ buses }, keys, about) {
  return buses.flatMap(({ title, summary: measured }) =>
    keys
      .filter((key) => measured[key])
      .map((key) => ({ bus: title, ...measured[key], ...about(key) }))
  )
}

function throughput(content) {
  const kinds = {
    throughput: 'one server to another',
    largeThroughput: `the same, ${content.settings.bytes} bytes`,
    allToAll: 'three servers, each to all'
  }
  const values = rowsOf(content, Object.keys(kinds), (key) => ({ kind: kinds[key] }))
  if (values.length === 0) return null
  const y = { field: 'bus', type: 'nominal', title: null, sort: null, axis: { labelLimit: 300 } }
  const x = {
    field: 'median',
    type: 'quantitative',
    title: 'messages per second',
    axis: { format: '~s', tickCount: 4 }
  }
  return {
    title: 'Throughput: more is better',
    data: { values },
    facet: {
      row: {
        field: 'kind',
        type: 'nominal',
        title: null,
        sort: Object.values(kinds),
        header: { labelOrient: 'top', labelAnchor: 'start' }
      }
    },
    spec: {
      width: WIDTH - 160,
      height: { step: 20 },
      encoding: { y },
      layer: [
        { mark: 'bar', encoding: { x, color: { field: 'bus', type: 'nominal', legend: null } } },
        SPREAD,
        {
          mark: { type: 'text', align: 'left', dx: 6 },
          encoding: {
            x: { field: 'max', type: 'quantitative' },
            text: { field: 'median', type: 'quantitative', format: '.3~s' }
          }
        }
      ]
    }
  }
}

/** The labels of a logarithmic axis of one in so many messages. */
const PERCENTILES = { 1: 'all', 2: '50 %', 10: '90 %', 100: '99 %', 1000: '99.9 %' }

function latency({ buses, settings }) {
  const values = buses.flatMap(({ title, repetitions }) => {
    const curves = repetitions.map(({ curve }) => curve)
    return CURVE.map((percent, index) => ({
      bus: title,
      oneIn: 100 / (100 - percent),
      ...summary(curves.map((curve) => curve[index]))
    }))
  })
  if (values.length === 0) return null
  const labelExpr = Object.entries(PERCENTILES).reduceRight(
    (rest, [oneIn, label]) => `datum.value == ${oneIn} ? '${label}' : ${rest}`,
    "''"
  )
  return lines({
    title: `Latency at ${settings.rate} messages per second: less is better`,
    values,
    x: {
      field: 'oneIn',
      title: 'share of the messages that took no longer',
      axis: { values: Object.keys(PERCENTILES).map(Number), labelExpr }
    },
    y: { title: 'milliseconds', scale: LOG },
    isSeries: false
  })
}

/**
 * @param {object} content
 * @param {'nodes'|'bytes'|'topics'} series
 * @param {object} picture title, x and y as lines() takes them
 * @param {(rate: number, point: number) => number} [scale] what is drawn of so many messages a second
 * @returns {object|null}
 */
function seriesOf(content, series, { title, x, y }, scale = (rate) => rate) {
  const points = content.settings.series?.[series] ?? []
  const values = points.flatMap((point) =>
    rowsOf(content, [`${series}${point}`], () => ({ point })).map((row) => {
      const [median, min, max] = [row.median, row.min, row.max].map((rate) => scale(rate, point))
      return { ...row, median, min, max }
    })
  )
  if (values.length === 0) return null
  const axis = { values: points, format: '~s' }
  return lines({ title, values, x: { field: 'point', axis, ...x }, y, isSeries: true })
}

/** Steps of a logarithmic axis, of which those are drawn that lie in its range. */
const STEPS = [-3, -2, -1, 0, 1, 2, 3].flatMap((power) =>
  [1, 2, 5].map((factor) => factor * 10 ** power)
)

/**
 * @param {object} picture
 * @param {string} picture.title
 * @param {object[]} picture.values rows of a bus, with median, min and max
 * @param {object} picture.x field, title and axis of what the lines run over, which is logarithmic
 * @param {object} picture.y title and, when it is not linear, scale of what they show
 * @param {boolean} picture.isSeries whether each row is a dot, and each line in a band from the lowest to the
 *   highest repetition: of many lines the bands would hide each other
 * @returns {object} lines by bus
 */
function lines({ title, values, x, y, isSeries }) {
  const axis = y.scale ? { axis: { values: STEPS, format: '~' } } : { axis: { format: '~s' } }
  const upright = { type: 'quantitative', ...axis, ...y }
  const band = {
    mark: { type: 'area', opacity: 0.15 },
    encoding: { y: { field: 'min', ...upright }, y2: { field: 'max' } }
  }
  return {
    title,
    width: WIDTH,
    height: 300,
    data: { values },
    encoding: {
      x: { type: 'quantitative', scale: LOG, ...x },
      color: { field: 'bus', type: 'nominal', title: null, legend: LEGEND }
    },
    layer: [
      ...(isSeries ? [band] : []),
      {
        mark: { type: 'line', strokeWidth: 2.5, point: isSeries },
        encoding: { y: { field: 'median', ...upright } }
      }
    ]
  }
}

function nodes(content) {
  const picture = {
    title: 'Each server sends to all others: more is better',
    x: { title: `servers, all on the same ${content.facts.cores} cores` },
    y: { title: 'messages delivered per second' }
  }
  return seriesOf(content, 'nodes', picture, (rate, count) => rate * (count - 1))
}

function sizes(content) {
  const picture = {
    title: 'Throughput by the size of the messages: more is better',
    x: { title: 'bytes of a message' },
    y: { title: 'megabytes per second', scale: LOG }
  }
  return seriesOf(content, 'bytes', picture, (rate, bytes) => (rate * bytes) / 1e6)
}

function topics(content) {
  return seriesOf(content, 'topics', {
    title: 'Throughput by the number of deepstream topics: more is better',
    x: { title: 'topics that each server subscribes to, and that messages use in turn' },
    y: { title: 'messages per second' }
  })
}

/** By the name of the file. */
const PICTURES = { throughput, latency, nodes, sizes, topics }

module.exports = { PICTURES }
