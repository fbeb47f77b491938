'use strict'

const { execFileSync, spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const { chromium } = require('playwright-core')
const { eventually } = require('../../harness/eventually')

/** The first start on a machine downloads brokers and deepstream. */
jest.setTimeout(300000)

const DEMO = path.join(__dirname, '..', '..', 'demo', 'demo.js')
/** Kafka's fail-over, and what a busy machine adds to it. */
const FAIL_OVER_MS = 60000

/** @returns {string} where the machine has Chromium */
function findChromium() {
  return execFileSync('sh', ['-c', 'command -v chromium || command -v google-chrome'])
    .toString()
    .trim()
}

let browser
beforeAll(async () => {
  // As root, Chromium's sandbox does not work.
  browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] })
})
afterAll(() => browser?.close())

/** @returns {Promise<{address: string, end: () => Promise<number>}>} the demo, when its page is there */
async function startDemo(settings) {
  const child = spawn(process.execPath, [DEMO], {
    env: { ...process.env, DEEPSTREAM: '', ...settings, DEMO_ONCE: '' },
    detached: true
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  const ended = once(child, 'close')
  const found = () => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
  await eventually(() => found() ?? child.exitCode !== null, {
    timeoutMs: 250000,
    message: 'the page'
  })
  if (!found()) throw new Error(output)
  const end = async () => {
    process.kill(-child.pid, 'SIGINT')
    const [code] = await ended
    return code
  }
  return { address: found(), end }
}

/** @returns {Promise<import('playwright-core').Page>} that fails the test if a script fails in it */
async function open(address, options) {
  const page = await browser.newPage(options)
  page.failures = []
  page.on('pageerror', ({ message }) => page.failures.push(message))
  page.on('console', (message) => message.type() === 'error' && page.failures.push(message.text()))
  await page.goto(address)
  await page.locator('.actor').first().waitFor()
  return page
}

async function counts(page) {
  const read = async (id) => Number((await page.textContent(`#${id}`)).replace(/\D/g, ''))
  const [sent, arrived, lost, doubled, outOfOrder, silenceMs] = await Promise.all(
    ['sent', 'arrived', 'lost', 'doubled', 'outOfOrder', 'longest'].map(read)
  )
  return { sent, arrived, lost, doubled, outOfOrder, silenceMs }
}

/** Waits until messages arrive that are sent from now on. */
async function flows(page) {
  const { sent, arrived } = await counts(page)
  await eventually(
    async () => {
      const now = await counts(page)
      return now.sent > sent + 100 && now.arrived > arrived + 200
    },
    { timeoutMs: FAIL_OVER_MS, intervalMs: 200, message: 'messages to arrive' }
  )
}

const NOTHING_LOST = { lost: 0, doubled: 0, outOfOrder: 0 }

describe('the page of the demo, on three real brokers', () => {
  let demo
  beforeAll(async () => (demo = await startDemo({ KAFKA: 'real' })), 280000)
  afterAll(async () => expect(await demo?.end()).toBe(0), 30000)

  test('the leader is killed and nothing is lost, doubled or out of order; the silence is measured', async () => {
    const page = await open(demo.address)
    await flows(page)
    const leader = await page.locator('#brokers [data-leader=true] h3').textContent()
    await page.click(`[aria-label="kill -9 ${leader}"]`)
    await page.locator(`#brokers [data-state=down]`, { hasText: leader }).waitFor()
    const another = page.locator('#brokers [data-leader=true][data-state=up]')
    await another.waitFor({ timeout: FAIL_OVER_MS })
    await flows(page)

    const now = await counts(page)
    expect(now).toMatchObject(NOTHING_LOST)
    // A broker that was killed is missed only after a time.
    expect(now.silenceMs).toBeGreaterThan(500)
    expect(await page.textContent('#history')).toContain(
      `kill -9 of ${leader}, the leader of the partition`
    )
    expect(await page.textContent('#history')).toContain('leads the partition now')

    await page.click(`[aria-label="start ${leader}"]`)
    await page
      .locator('#history', { hasText: `${leader} is up again` })
      .waitFor({ timeout: FAIL_OVER_MS })
    await flows(page)
    expect(await counts(page)).toMatchObject(NOTHING_LOST)
    expect(page.failures).toEqual([])
    await page.close()
  })

  test('a server is killed, and heard again when it was started again; another one is paused', async () => {
    const page = await open(demo.address)
    await page.click('[aria-label="kill -9 server A"]')
    await page.locator('#servers [data-state=down]', { hasText: 'server A' }).waitFor()
    await page.click('[aria-label="start server A"]')
    await page
      .locator('#history', { hasText: 'server A is up again' })
      .waitFor({ timeout: FAIL_OVER_MS })
    await page.click('[aria-label="restart server C"]')
    await page
      .locator('#history', { hasText: 'server C is up again' })
      .waitFor({ timeout: FAIL_OVER_MS })
    await flows(page)
    await page.click('[aria-label="pause server B"]')
    await page.locator('#servers [data-state=paused]', { hasText: 'server B' }).waitFor()
    await eventually(
      async () => Number((await page.textContent('#underWay')).replace(/\D/g, '')) > 20
    )
    await page.click('[aria-label="resume server B"]')
    await flows(page)
    expect(await counts(page)).toMatchObject(NOTHING_LOST)
    expect(page.failures).toEqual([])
    await page.close()
  })

  test('what is written in one window shows in those at the other servers', async () => {
    const windows = await Promise.all(
      ['A', 'B', 'C'].map((name) => open(`${demo.address}/?server=server+${name}`))
    )
    for (const [at, from] of windows.entries()) {
      const text = `written at window ${at}`
      await from.fill('#note', text)
      for (const page of windows)
        await eventually(async () => (await page.inputValue('#note')) === text, { message: text })
    }
    expect(await windows[0].textContent('#by')).toBe('Last written at server C.')
    expect(windows.flatMap(({ failures }) => failures)).toEqual([])
    await Promise.all(windows.map((page) => page.close()))
  })

  test.each([
    ['a phone', 390],
    ['a desktop', 1280]
  ])('on %s nothing is cut off, and all buttons can be reached', async (_device, width) => {
    const page = await open(demo.address, {
      viewport: { width, height: 800 },
      hasTouch: width < 500
    })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width)
    const buttons = await page.locator('button:visible').all()
    expect(buttons.length).toBeGreaterThanOrEqual(12)
    for (const button of buttons) {
      const { x, width: wide, height } = await button.boundingBox()
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + wide).toBeLessThanOrEqual(width)
      expect(height).toBeGreaterThanOrEqual(32)
    }
    await page.close()
  })

  test('orders of other pages are refused, and so are names that are not this machine’s', async () => {
    const url = new URL('/do', demo.address)
    const order = { method: 'POST', body: JSON.stringify({ name: 'server A', act: 'kill' }) }
    expect((await fetch(url, order)).status).toBe(403)
    const page = await open(demo.address)
    expect(await page.locator('#servers [data-state=up]').count()).toBe(3)
    await page.close()
    const { status } = await new Promise((resolve, reject) => {
      require('node:http')
        .get(demo.address, { headers: { host: 'elsewhere.example' } }, (response) => {
          response.resume()
          resolve({ status: response.statusCode })
        })
        .once('error', reject)
    })
    expect(status).toBe(421)
  })
})

test('the page on the embedded broker says how to get brokers that can be killed', async () => {
  const demo = await startDemo({ KAFKA: 'embedded', DEEPSTREAM: '7' })
  try {
    const page = await open(demo.address)
    await flows(page)
    expect(await page.textContent('#brokers')).toContain('KAFKA=real make demo')
    expect(await page.locator('#brokers button').count()).toBe(0)
    // The end of the demo must not wait for it.
    await page.click('[aria-label="pause server A"]')
    await page.locator('#servers [data-state=paused]').waitFor()
    await page.fill('#note', 'server A takes this in when it goes on')
    expect(await counts(page)).toMatchObject(NOTHING_LOST)
    expect(page.failures).toEqual([])
  } finally {
    expect(await demo.end()).toBe(0)
  }
})
