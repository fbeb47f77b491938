'use strict'

const LIB = '../../packages/deepstream-kafka/lib'
const { checkAddresses } = require(`${LIB}/doctor/addresses`)
const { checkTimeouts, checkVersion } = require(`${LIB}/doctor/brokers`)
const { checkDelivery } = require(`${LIB}/doctor/delivery`)
const { examine } = require(`${LIB}/doctor/examine`)
const { Hearing } = require(`${LIB}/doctor/listening`)
const { parseAddress } = require(`${LIB}/doctor/reach`)
const report = require(`${LIB}/doctor/report`)
const { checkCreate } = require(`${LIB}/doctor/rights`)
const { checkTls } = require(`${LIB}/doctor/security`)
const { DETAILS, checkServers } = require(`${LIB}/doctor/servers`)
const { SETTINGS } = require(`${LIB}/doctor/topic`)
const { painter } = require(`${LIB}/paint`)

const NOW = 1700000000000
const DAY_MS = 86400000
const plain = painter({})

/** A check of a list by its id. */
const of = (list, id) => list.find((check) => check.id === id).check

const options = { topic: 't', retentionMs: 3600000, maxMessageBytes: 1000, holdPeersMs: 60000 }
const commands = { configure: JSON.stringify, allow: String, describe: () => 'describe' }

test('an embedded broker is in another process', () => {
  const addresses = [{ address: 'embedded', ips: [], problem: 'there is no such host name' }]
  expect(checkAddresses({ addresses }).what).toContain('inside the process of each server')
})

describe('the version', () => {
  const check = (...versions) =>
    checkVersion({ inspection: { brokers: versions.map((version, id) => ({ id, version })) } })

  test.each([
    [['4.1'], 'ok', 'Kafka 4.1, or a little later'],
    [['3.9', '4.0', '3.9'], 'ok', 'Kafka 3.9 and 4.0, or a little later'],
    [['2.4', '3.9'], 'warning', 'Kafka 2.4 is older than 2.8, the oldest that is tested.'],
    [['0.10'], 'failed', 'Kafka 0.10 has no headers of records.'],
    [[null], 'skipped', 'the brokers do not tell']
  ])('%p is %s', (versions, status, what) => {
    expect(check(...versions)).toMatchObject({ status, what })
  })
})

describe('the time-outs', () => {
  const check = ({ brokers = 3, session, inactive = 6000, hold = 60000 }) =>
    checkTimeouts({
      inspection: {
        brokers: Array(brokers).fill({}),
        brokerConfig: session ? { 'broker.session.timeout.ms': String(session) } : null
      },
      options: { holdPeersMs: hold },
      server: { nodeInactiveTimeoutMs: inactive }
    })

  test.each([
    [{ session: 9000 }, 'ok', 'holdPeersMs prevents that for 60 s'],
    [{}, 'ok', "after 9 s (broker.session.timeout.ms's default)"],
    [{ session: 4000, hold: 0 }, 'ok', 'Kafka replaces a broker that was killed after 4 s'],
    [{ session: 9000, hold: 0 }, 'warning', 'servers drop each other'],
    [{ session: 90000 }, 'warning', 'prevents that only for 60 s'],
    [{ session: 9000, inactive: 20000, hold: 0 }, 'ok', 'silent for 20 s'],
    [{ brokers: 1, hold: 0 }, 'ok', 'drops a server that is silent for 6 s']
  ])('%p are %s', (facts, status, what) => {
    expect(check(facts)).toMatchObject({ status, what: expect.stringContaining(what) })
  })
})

describe('a certificate', () => {
  const check = (days) =>
    checkTls({
      properties: { 'security.protocol': 'SSL' },
      inspection: { error: null },
      certificate: { validTo: NOW + days * DAY_MS, protocol: 'TLSv1.3' },
      now: NOW
    })

  test('that ends soon is a warning, and else tells until when it is valid', () => {
    expect(check(29.5)).toMatchObject({ status: 'warning', cure: expect.stringContaining('Renew') })
    expect(check(29.5).what).toContain('in 29 days')
    expect(check(31)).toMatchObject({ status: 'ok' })
    expect(check(31).what).toContain('TLSv1.3')
  })
})

describe('a topic that is missing', () => {
  const check = (creation) => checkCreate({ inspection: { creation }, commands })
  const error = (errno) => Object.assign(new Error('no'), { code: 'X', cause: { errno } })

  test('can be created, or not for want of a right, or not at all, or without its settings', () => {
    expect(check(null)).toBe(undefined)
    expect(check({ error: null, refusal: null })).toMatchObject({ status: 'ok' })
    expect(check({ error: error(29), refusal: null }).commands).toEqual(['Create'])
    expect(check({ error: error(44), refusal: null })).toEqual({ status: 'failed', what: 'no (X)' })
    expect(check({ error: null, refusal: 'Too long.' })).toMatchObject({
      status: 'warning',
      what: expect.stringContaining('would get (Too long), so')
    })
  })
})

describe('the settings of a topic', () => {
  const partition = (replicas, inSync = replicas) => ({ id: 0, leader: 1, replicas, inSync })
  const check = (id, config, partitions = [partition([1, 2, 3])], brokers = [1, 2, 3]) =>
    of(
      SETTINGS,
      id
    )({
      inspection: { topic: { partitions, config }, brokers },
      options,
      commands
    })

  test.each([
    ['retention', { 'retention.ms': '3600000', 'segment.ms': '3600000' }, 'ok', '1 h'],
    ['retention', { 'retention.ms': '604800000', 'segment.ms': '3600000' }, 'ok', '7 d'],
    ['retention', { 'retention.ms': '5400000', 'segment.ms': '1' }, 'ok', '1.5 h'],
    [
      'retention',
      { 'retention.ms': '3600000', 'segment.ms': '604800000' },
      'warning',
      'segment.ms is 7 d'
    ],
    ['cleanup', { 'cleanup.policy': 'compact,delete' }, 'failed', 'compaction deletes'],
    ['cleanup', { 'cleanup.policy': 'delete' }, 'ok', 'delete'],
    ['messageBytes', { 'max.message.bytes': '1000' }, 'ok', '1000'],
    ['messageBytes', { 'max.message.bytes': '999' }, 'warning', '999'],
    ['election', { 'unclean.leader.election.enable': 'true' }, 'warning', 'lags behind'],
    ['election', { 'unclean.leader.election.enable': 'false' }, 'ok', 'off'],
    ['minInSync', { 'min.insync.replicas': '2' }, 'ok', '2 of 3 replicas'],
    ['minInSync', { 'min.insync.replicas': '4' }, 'failed', 'there are only 3'],
    ['minInSync', null, 'skipped', 'DescribeConfigs']
  ])('%s %p: %s', (id, config, status, what) => {
    expect(check(id, config && { 'retention.bytes': '-1', ...config })).toMatchObject({
      status,
      what: expect.stringContaining(what)
    })
  })

  test('one replica is fine with one broker only', () => {
    const alone = [partition([1])]
    expect(check('replicas', {}, alone, [1]).status).toBe('ok')
    expect(check('replicas', {}, alone, [1, 2]).status).toBe('warning')
  })
})

describe('a message there and back', () => {
  const check = (timesMs, troubles = [], isComplete = true) =>
    checkDelivery({ delivery: { timesMs, troubles, isComplete } })
  const trouble = Object.assign(new Error('too slow'), { code: 'X' })

  test('tells its time, and is a warning if that is long, or if there was trouble', () => {
    expect(check([1, 2, 9])).toEqual({
      status: 'ok',
      what: '2.0 ms (median of 3; the longest took 9.0 ms)'
    })
    expect(check([300])).toMatchObject({ status: 'warning' })
    expect(check([1], [trouble])).toMatchObject({
      status: 'warning',
      what: expect.stringContaining('too slow (X)')
    })
  })

  test('that does not come back fails with what the connectors told', () => {
    expect(check([1], [trouble], false)).toEqual({ status: 'failed', what: 'too slow (X)' })
    expect(check([], [], false).what).toContain('nothing says why')
  })
})

describe('listening', () => {
  const record = (sender, life, more) => ({
    timestamp: NOW,
    sender,
    life,
    first: 0,
    runs: [['E', 2]],
    value: '1\n2',
    ...more
  })
  const heardOf = (records, readyAt = NOW) => {
    const hearing = new Hearing()
    hearing.ready(readyAt)
    for (const each of records) hearing.note(each, NOW)
    return { isReady: true, ...hearing.summary(['me']) }
  }
  const judge = (id, heard) => of(DETAILS, id)({ heard, options, inspection: { topic: {} } })

  test('a server that is started again is one; two whose lives alternate are two of one name', () => {
    expect(judge('names', heardOf(['a', 'a', 'b'].map((life) => record('x', life)))).status).toBe(
      'ok'
    )
    const twins = ['a', 'b', 'a', 'b'].map((life) => record('x', life, { host: `host-${life}` }))
    expect(judge('names', heardOf(twins))).toMatchObject({
      status: 'failed',
      what: expect.stringContaining('x (host-a and host-b)')
    })
  })

  test('servers of deepstream 1 to 3 are known by what they say of themselves', () => {
    const status = (name) => ({
      runs: [
        ['E', 1],
        ['CL', 1]
      ],
      value: `1\n${JSON.stringify({ action: 'ST', data: [{ serverName: name }] })}`
    })
    const heard = heardOf([record('x-1', 'a', status('one')), record('x-2', 'b', status('two'))])
    const facts = { heard, options, now: NOW }
    expect(checkServers(facts).what).toBe('2 servers: one, two')
    const same = ['x-1', 'x-2', 'x-1', 'x-2'].map((sender) => record(sender, 'a', status('one')))
    expect(judge('names', heardOf(same)).status).toBe('failed')
  })

  test('both generations on one topic fail, and nobody is a warning', () => {
    const legacy = { runs: [['CL', 1]], value: '{"action":"ST","data":[{"serverName":"a"}]}' }
    const modern = { runs: [['9', 1]], value: '{"topic":9,"action":2,"serverName":"b"}' }
    const facts = (records) => ({ heard: heardOf(records), options, now: NOW })
    expect(checkServers(facts([record('a', '1', legacy), record('b', '1', modern)])).status).toBe(
      'failed'
    )
    expect(checkServers(facts([record('me', '1')])).status).toBe('warning')
    expect(checkServers({ ...facts([record('a', '1')]), now: NOW + 11000 }).status).toBe('warning')
    const broken = { runs: [['CL', 1]], value: '{' }
    expect(checkServers(facts([record('a', '1', broken)])).what).toBe('1 server: a')
  })

  test('clocks are compared with what is read live, and those ahead with everything', () => {
    const clocks = (timestamp, readyAt) =>
      judge('clocks', heardOf([record('a', '1', { timestamp })], readyAt))
    expect(clocks(NOW - 7000, NOW - 2000)).toMatchObject({
      status: 'warning',
      what: expect.stringContaining('a by 7.0 s behind')
    })
    expect(clocks(NOW - 7000, NOW).what).toBe('there was none to compare')
    expect(clocks(NOW + 7000, NOW).what).toContain('a by 7.0 s ahead')
    expect(clocks(NOW - 100, NOW - 2000).status).toBe('ok')
  })

  test('records of a later format fail, those of something else are a warning', () => {
    const newer = { sender: 'x', problem: 'newer' }
    const invalid = { partition: 1, offset: 7, problem: 'invalid' }
    expect(judge('format', heardOf([newer, invalid])).status).toBe('failed')
    expect(judge('format', heardOf([invalid, invalid])).what).toBe(
      '2 records of something else in t, the first at partition 1, offset 7.'
    )
  })
})

describe('an examination', () => {
  const passes = (id) => ({ id, title: id, check: () => ({ status: 'ok', what: 'fine' }) })
  const fails = (id) => ({
    id,
    title: `the ${id}`,
    check: () => ({ status: 'failed', what: 'bad' })
  })
  const run = (steps) => examine({ given: {}, server: {} }, {}, () => {}, steps)

  test('does not check what depends on a failure, however far, and says which', async () => {
    const gather = jest.fn()
    const { status, checks } = await run([
      { checks: [fails('a'), passes('b')] },
      { needs: ['a'], gather, checks: [passes('c')] },
      { checks: [{ ...passes('d'), needs: ['c'] }, passes('e')] }
    ])
    expect(status).toBe('failed')
    expect(checks.map(({ id, status, because }) => [id, status, because])).toEqual([
      ['a', 'failed', undefined],
      ['b', 'ok', undefined],
      ['c', 'skipped', 'the a'],
      ['d', 'skipped', 'the a'],
      ['e', 'ok', undefined]
    ])
    expect(gather).not.toHaveBeenCalled()
  })

  test('what cannot be found out fails the first check of its step', async () => {
    const gather = () => Promise.reject(Object.assign(new Error('no'), { code: 'X' }))
    const { checks } = await run([{ gather, checks: [passes('a'), passes('b')] }])
    expect(checks).toMatchObject([
      { status: 'failed', what: 'no (X)' },
      { status: 'skipped', because: 'a' }
    ])
  })
})

describe('the report', () => {
  const result = {
    status: 'warning',
    title: 'topic',
    what: 'one two three',
    cure: 'mend it',
    commands: ['a b c']
  }

  test('is aligned and wrapped, but a command stays in one line', () => {
    const indent = ' '.repeat(32)
    expect(report.line(result, plain, 44)).toBe(
      ['warning  topic                  one two three', `${indent}mend it`, `${indent}a b c`].join(
        '\n'
      )
    )
    const long = { status: 'ok', title: 't', what: 'word '.repeat(20).trim() }
    for (const line of report.line(long, plain, 80).split('\n'))
      expect(line.length).toBeLessThan(81)
  })

  test('ends with a verdict', () => {
    const verdict = (...statuses) =>
      report.verdict(
        {
          status: statuses.at(-1),
          checks: statuses.map((status, n) => ({
            id: n === 0 ? 'delivery' : 'x',
            title: `check ${n}`,
            status
          }))
        },
        plain
      )
    expect(verdict('ok', 'ok')).toBe('All is well: 2 checks.')
    expect(verdict('ok', 'warning')).toBe('The bus works, with 1 warning.')
    expect(verdict('warning', 'failed')).toBe('The bus does not work: check 1, and 1 warning.')
    expect(verdict('failed', 'failed')).toBe(
      'The bus does not work: 2 problems, first of all: check 0.'
    )
  })

  test('is coloured for a terminal only, and not with NO_COLOR', () => {
    expect(painter({ isTTY: true }, {}).red('x')).toBe('\u001b[31mx\u001b[0m')
    expect(painter({ isTTY: true }, { NO_COLOR: '1' }).red('x')).toBe('x')
    expect(painter({ isTTY: false }, {}).red('x')).toBe('x')
  })
})

test.each([
  ['a', { host: 'a', port: 9092 }],
  ['a:1', { host: 'a', port: 1 }],
  ['SASL_SSL://a:1', { host: 'a', port: 1 }],
  ['[::1]:2', { host: '::1', port: 2 }],
  ['[::1]', { host: '::1', port: 9092 }]
])('the address %s is understood', (address, parts) => {
  expect(parseAddress(address)).toEqual(parts)
})
