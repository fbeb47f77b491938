'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const yaml = require('js-yaml')
const board = require('../../monitoring/grafana.json')
const { METRICS } = require('../../lib/metrics/metrics')
const { promtool } = require('../support/promtool')
const { blocksOf } = require('../support/markdown')

const ROOT = path.join(__dirname, '..', '..')
const FILE = path.join(ROOT, 'monitoring', 'alerts.yml')
const DOCUMENT = fs.readFileSync(path.join(ROOT, 'docs', 'monitoring.md'), 'utf8')
const RULES = yaml.load(fs.readFileSync(FILE, 'utf8')).groups[0].rules

const READY = ['state{state="ready"}', '1x80']
const BUILD = ['build_info{version="1.0.0"}', '1x80']
const ALL_LABELS = { topic: 't', sender: 'a', job: 'j', instance: 'i:1' }

/**
 * Each alert with series, a sample every 15 s, that make it fire after 10 minutes, and some that are trouble as well but must not.
 * `summary` is what whoever is called reads, `labels` those in addition to ALL_LABELS.
 */
const CASES = {
  MetricsAbsent: {
    fires: [],
    rests: [BUILD],
    summary: 'No deepstream server offers metrics of its Kafka bus.',
    only: {}
  },
  ServerDown: {
    fires: [
      ['build_info{version="1.0.0"}', '1x20 _x60'],
      ['up', '1x20 0x60']
    ],
    rests: [['up', '0x80']],
    summary: 'The metrics of i:1 cannot be read.',
    only: { job: 'j', instance: 'i:1' }
  },
  NotReady: {
    fires: [['state{state="ready"}', '1x20 0x60']],
    rests: [['state{state="ready"}', '1x37 0x2 1x40']],
    summary: 'a on i:1 is not connected to Kafka.',
    labels: { state: 'ready' }
  },
  LinkNotFlowing: {
    fires: [READY, ['link{link="flowing"}', '1x20 0x60']],
    // A single sample: the leader was replaced. And a server that connects is told by another alert.
    rests: [READY, ['link{link="flowing"}', '1x39 0 1x40']],
    restsToo: [
      ['state{state="ready"}', '0x80'],
      ['link{link="flowing"}', '0x80']
    ],
    summary: 'Kafka does not answer a on i:1.',
    labels: { link: 'flowing' }
  },
  BusSilent: {
    fires: [READY, ['received_messages_total', '0+10x20 200x60']],
    rests: [READY, ['received_messages_total', '0+1x80']],
    summary: 'a on i:1 reads nothing, not even its own messages.'
  },
  Undelivered: {
    fires: [['undelivered_age_seconds', '0x35 20+15x45']],
    rests: [['undelivered_age_seconds', '9x80']],
    summary: 'A message of a on i:1 has waited for 1m 20s.'
  },
  MessagesLost: {
    fires: [['missed_messages_total', '0x35 3x45']],
    rests: [['missed_messages_total', '3x80']],
    summary: 'a on i:1 has missed messages of other servers.'
  },
  PublishFailed: {
    fires: [['publish_failed_messages_total', '0x35 3x45']],
    rests: [['publish_failed_messages_total', '3x80']],
    summary: 'Messages of a on i:1 were dropped before they reached Kafka.'
  },
  NameTaken: {
    fires: [READY, ['state{state="ready",instance="i:2"}', '1x80']],
    rests: [READY, ['state{state="ready",instance="i:2",sender="b"}', '1x80']],
    summary: '2 servers on t have the name a.',
    only: { topic: 't', sender: 'a' }
  },
  Duplicates: {
    fires: [['duplicate_messages_total', '0+1x80']],
    // Those of a broker that failed.
    rests: [['duplicate_messages_total', '0x55 50x25']],
    summary: 'a on i:1 keeps dropping messages that came before.',
    at: '18m'
  },
  InvalidRecords: {
    fires: [['invalid_total', '0x35 1x45']],
    rests: [['invalid_total', '1x80']],
    summary: 'a on i:1 reads records that are not of this bus.'
  },
  Disconnects: {
    fires: [['disconnects_total', '0x35 1x45']],
    rests: [['disconnects_total', '1x80']],
    summary: 'No Kafka broker answered a on i:1 for a while.'
  },
  DelayHigh: {
    fires: delays('0+9x80', '0+10x80'),
    rests: delays('0+999x80', '0+1000x80'),
    summary: 'Messages take up to 475ms to a on i:1.'
  },
  InboxFull: {
    fires: [['inbox_bytes', '16000000x80']],
    rests: [['inbox_bytes', '16000000x2 0x34 16000000x3 0x40']],
    summary: 'a on i:1 cannot keep up with what it receives.'
  }
}

/** Messages of which so many took less than a quarter of a second, and all of them less than half a second. */
function delays(quick, all) {
  return [
    ['delay_seconds_bucket{le="0.25"}', quick],
    ['delay_seconds_bucket{le="0.5"}', all],
    ['delay_seconds_bucket{le="+Inf"}', all]
  ]
}

let folder
beforeAll(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'alerts-'))))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** @returns {string} the path of a new file */
function write(name, content) {
  const file = path.join(folder, name)
  fs.writeFileSync(file, typeof content === 'string' ? content : yaml.dump(content))
  return file
}

/** @returns {{ series: string, values: string }} as promtool takes it */
function series([name, values]) {
  const [, metric, own = ''] = /^(\w+)(?:{(.*)})?$/.exec(name)
  const more = [...own.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value])
  const { topic, sender, ...target } = ALL_LABELS
  // Prometheus' own metric of a target.
  const isUp = metric === 'up'
  const labels = { ...target, ...(!isUp && { topic, sender }), ...Object.fromEntries(more) }
  const text = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return { series: `${isUp ? '' : 'deepstream_kafka_'}${metric}{${text}}`, values }
}

describe('the alert rules', () => {
  test('are some that Prometheus takes', async () => {
    expect(await promtool(['check', 'rules', FILE])).toContain(`${RULES.length} rules found`)
  })

  test('are all tried here and explained in docs/monitoring.md', () => {
    const names = RULES.map(({ alert }) => alert)
    expect(names).toEqual(Object.keys(CASES).map((name) => `DeepstreamKafka${name}`))
    const explained = [...DOCUMENT.matchAll(/^### (DeepstreamKafka\w+)$/gm)].map(([, name]) => name)
    expect(explained).toEqual(names)
    for (const { alert, annotations } of RULES)
      expect(annotations.runbook_url).toMatch(
        new RegExp(`/docs/monitoring\\.md#${alert.toLowerCase()}$`)
      )
  })

  test.each(Object.entries(CASES))(
    '%s fires when it should, and not before',
    async (name, each) => {
      const alertname = `DeepstreamKafka${name}`
      const { labels, annotations } = RULES.find(({ alert }) => alert === alertname)
      const { fires, rests, restsToo = rests, summary, only, at = '10m' } = each
      const expected = {
        exp_labels: { ...labels, ...(only ?? { ...ALL_LABELS, ...each.labels }) },
        exp_annotations: { ...annotations, summary }
      }
      const tests = [fires, rests, restsToo].map((input, index) => ({
        interval: '15s',
        input_series: input.map(series),
        alert_rule_test: [{ eval_time: at, alertname, exp_alerts: index === 0 ? [expected] : [] }]
      }))
      const file = write(`${name}.yml`, { rule_files: [FILE], evaluation_interval: '15s', tests })
      expect(await promtool(['test', 'rules', file])).toContain('SUCCESS')
    }
  )
})

describe('the dashboard', () => {
  const panels = board.panels.filter(({ type }) => type !== 'row')
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

  test('asks what Prometheus understands', async () => {
    const rules = queries.map((expr, index) => ({
      record: `query:${index}`,
      expr: expr.replace(/\$__\w+/g, '1m')
    }))
    const file = write('queries.yml', { groups: [{ name: 'dashboard', rules }] })
    expect(await promtool(['check', 'rules', file])).toContain(`${queries.length} rules found`)
  })

  test('takes the data source that its variable names, wherever it asks', () => {
    const [first, ...others] = board.templating.list
    expect(first).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' })
    const asking = [...panels, ...panels.flatMap(({ targets }) => targets), ...others]
    for (const { datasource } of asking) expect(datasource.uid).toBe('${datasource}')
  })

  test('shows every metric but the time stamp of the link, which its timeline shows', () => {
    const shown = queries.join('\n')
    const hidden = METRICS.filter(({ name }) => !shown.includes(`deepstream_kafka_${name}`))
    expect(hidden.map(({ name }) => name)).toEqual(['link_since_timestamp_seconds'])
  })

  test('has no two panels in one place or with one id', () => {
    const cells = board.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`)
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length)
  })
})

describe('docs/monitoring.md', () => {
  test('has a configuration that Prometheus takes', async () => {
    const [scraping, dropping] = blocksOf(DOCUMENT, 'yaml')
      .slice(2)
      .map((text) => yaml.load(text))
    Object.assign(scraping.scrape_configs[0], dropping)
    fs.copyFileSync(FILE, path.join(folder, 'alerts.yml'))
    const file = write('prometheus.yml', scraping)
    expect(await promtool(['check', 'config', file])).toContain('SUCCESS')
  })

  test('explains each metric, with its type', () => {
    const rows = [...DOCUMENT.matchAll(/^\| `([a-z_]+)` +\| (gauge|counter|histogram) /gm)]
    expect(rows.map(([, name, type]) => ({ name, type }))).toEqual(
      METRICS.map(({ name, type }) => ({ name, type }))
    )
  })
})
