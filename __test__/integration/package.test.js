'use strict'

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')

const run = promisify(execFile)
const ROOT = path.join(__dirname, '..', '..')
const NAME = 'deepstream.io-msg-kafka'

jest.setTimeout(120000)

/** Two connectors exchange a message; prints where the package and its addon come from. */
const EXCHANGE = `
  const alive = setInterval(() => {}, 1000)
  const MessageConnector = require('${NAME}')
  const connectors = [1, 2].map(() => new MessageConnector({ connectionString: 'embedded' }))
  const [a, b] = connectors
  const ready = connectors.map((each) => new Promise((resolve) => each.once('ready', resolve)))
  b.subscribe('E', async (message) => {
    const closed = connectors.map((each) => new Promise((resolve) => each.once('close', resolve)))
    for (const each of connectors) each.close()
    await Promise.all(closed)
    clearInterval(alive)
    const addons = Object.keys(require.cache).filter((file) => file.endsWith('.node'))
    const files = [require.resolve('${NAME}'), ...addons]
    console.log(JSON.stringify({ message, files }))
  })
  Promise.all(ready).then(() => a.publish('E', { text: 'Grüße' }))
`

let workplace
beforeEach(() => {
  workplace = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'package-test-')))
})
afterEach(() => fs.rmSync(workplace, { recursive: true, force: true }))

test('npm pack makes a package that works by itself', async () => {
  const tarball = await pack(ROOT)
  const app = await install(tarball)

  const { message, files } = await exchange(app)

  expect(message).toEqual({ text: 'Grüße' })
  const folder = path.join(app, 'node_modules', NAME)
  expect(files[0]).toBe(path.join(folder, 'index.js'))
  expect(path.dirname(files[1])).toBe(folder)
  expect(fs.readdirSync(folder)).toEqual(
    expect.arrayContaining([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'example-config.yml',
      'index.d.ts'
    ])
  )
  for (const internal of ['src', 'docs', 'bench', 'harness', '__test__']) {
    expect(fs.readdirSync(folder)).not.toContain(internal)
  }
})

test('as published, the addon comes in a package for the platform', async () => {
  const { main, platforms } = await publishedLayout()
  const [platform] = platforms
  const platformName = JSON.parse(fs.readFileSync(path.join(platform, 'package.json'))).name
  const app = await install(await pack(main), await pack(platform))

  const { message, files } = await exchange(app)

  expect(message).toEqual({ text: 'Grüße' })
  expect(path.dirname(files[1])).toBe(path.join(app, 'node_modules', platformName))
})

test('without an addon for the platform the error says what to do', async () => {
  const { main } = await publishedLayout()
  const app = await install(await pack(main), '--omit=optional')

  const failure = await exchange(app).catch((error) => error)

  expect(failure.stderr).toContain("code: 'ERR_KAFKA_ADDON'")
  expect(failure.stderr).toContain(`The package ${NAME}-${process.platform}-${process.arch}`)
  expect(failure.stderr).toContain('is not installed. Either npm was told to leave optional')
})

/** What a release does: the addon moves from the package into one that only its platform installs. */
async function publishedLayout() {
  const main = path.join(workplace, 'release')
  const artifacts = path.join(workplace, 'artifacts')
  fs.mkdirSync(artifacts)
  const unpacked = path.join(workplace, 'unpacked')
  fs.mkdirSync(unpacked)
  await run('tar', ['-xzf', await pack(ROOT), '-C', unpacked])
  fs.renameSync(path.join(unpacked, 'package'), main)
  for (const file of addonsIn(main)) {
    fs.renameSync(path.join(main, file), path.join(artifacts, file))
  }

  const napi = (...args) =>
    run(path.join(ROOT, 'node_modules', '.bin', 'napi'), args, { cwd: main })
  await napi('create-npm-dirs')
  await napi('artifacts', '--output-dir', artifacts)
  // It leaves a copy in the package itself, which would be published along.
  for (const file of addonsIn(main)) fs.rmSync(path.join(main, file))
  const npmDir = path.join(main, 'npm')
  const platforms = fs.readdirSync(npmDir).map((name) => path.join(npmDir, name))
  const manifests = platforms.map((folder) =>
    JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  )

  const file = path.join(main, 'package.json')
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8'))
  manifest.optionalDependencies = Object.fromEntries(
    manifests.map(({ name, version }) => [name, version])
  )
  fs.writeFileSync(file, JSON.stringify(manifest))
  return { main, platforms }
}

function addonsIn(folder) {
  return fs.readdirSync(folder).filter((file) => file.endsWith('.node'))
}

/** @returns {Promise<string>} the tarball that would be published from the folder */
async function pack(folder) {
  const target = fs.mkdtempSync(path.join(workplace, 'packed-'))
  await run('npm', ['pack', folder, '--ignore-scripts', '--pack-destination', target])
  return path.join(target, fs.readdirSync(target)[0])
}

/** @returns {Promise<string>} a new folder with nothing but these packages installed */
async function install(...args) {
  const app = path.join(workplace, 'app')
  fs.mkdirSync(app)
  fs.writeFileSync(path.join(app, 'package.json'), '{"private":true}')
  const options = ['--offline', '--no-audit', '--no-fund', '--no-save']
  await run('npm', ['install', ...options, ...args], { cwd: app })
  return app
}

/** Runs EXCHANGE in a process of its own. */
async function exchange(app) {
  const { stdout } = await run(process.execPath, ['-e', EXCHANGE], { cwd: app, timeout: 30000 })
  return JSON.parse(stdout)
}
