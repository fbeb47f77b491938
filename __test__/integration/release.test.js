'use strict'

const { execFile, spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { promisify } = require('node:util')
const CDX = require('@cyclonedx/cyclonedx-library')
const { eventually } = require('../../harness/eventually')
const { startRegistry } = require('../../harness/registry')
const { PLATFORMS, thisPlatform } = require('../../lib/addon-failure')
const { components } = require('../../release/components')
const notices = require('../../release/notices')
const { pack } = require('../../release/pack')
const { publish } = require('../../release/publish')
const { blocksOf } = require('../support/markdown')
const { PACKAGE_MANAGERS } = require('../support/package-managers')

const run = promisify(execFile)
const ROOT = path.join(__dirname, '..', '..')
const { name: NAME, version: VERSION, napi } = require('../../package.json')
const EXCHANGE = path.join(__dirname, '..', 'support', 'exchange.js')

jest.setTimeout(180000)

let dist, registry, workplace
beforeAll(async () => {
  workplace = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'release-test-')))
  dist = path.join(workplace, 'dist')
  await pack({ dist })
  registry = await startRegistry()
  await publish(dist, ['--userconfig', registry.userConfig])
})
afterAll(async () => {
  await registry?.close()
  fs.rmSync(workplace, { recursive: true, force: true })
})

describe('what a release publishes, installed without running scripts', () => {
  test.each(Object.keys(PACKAGE_MANAGERS))('works with %s', async (name) => {
    const manager = PACKAGE_MANAGERS[name]
    const app = makeApp()

    await manager.install(app)
    const { stdout } = await manager.node(app, ['exchange.js'])

    const { messages, addons } = JSON.parse(stdout)
    expect(messages).toEqual(['Grüße', 'Grüße'])
    expect(addons).toEqual([expect.stringContaining(`${NAME}-${thisPlatform()}`)])
  })

  test('says what to do where the package with the addon was left out', async () => {
    const app = makeApp()
    await PACKAGE_MANAGERS.npm.install(app, ['--omit=optional'])

    const failure = await PACKAGE_MANAGERS.npm.node(app, ['exchange.js']).catch((error) => error)

    expect(failure.stderr).toContain("code: 'ERR_KAFKA_ADDON'")
    expect(failure.stderr).toContain(`The package ${NAME}-${thisPlatform()}`)
    expect(failure.stderr).toContain('install without --omit=optional')
  })
})

test("the README's first commands let two servers talk, word for word", async () => {
  const [commands] = blocksOf(fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8'), 'sh')
  await untilTheySay(commands, /^server 1 -> server 2: \d+ ms$/gm, 3)
})

test('the command works in a folder where nothing is installed', async () => {
  await untilTheySay('npx --yes deepstream-kafka broker', /^connectionString: embedded:\d+$/gm, 1)
})

test('what `deepstream install` unpacks works by itself', async () => {
  const [archive] = fs.readdirSync(dist).filter((file) => file.includes('-linux-1'))
  const folder = path.join(workplace, 'lib', NAME)
  fs.mkdirSync(folder, { recursive: true })
  await run('tar', ['-xzf', path.join(dist, archive), '-C', folder])

  const { stdout } = await run(process.execPath, ['-p', `typeof require('./${NAME}')`], {
    cwd: path.dirname(folder)
  })
  const { NativeBus } = require(path.join(folder, 'native.js'))
  const { MetricsServer } = require(path.join(folder, 'lib', 'metrics', 'server.js'))

  expect(stdout).toBe('function\n')
  expect(() => new MetricsServer({}, {})).not.toThrow()
  expect(NativeBus).toEqual(expect.any(Function))
})

test('publishing again publishes nothing', async () => {
  const published = await publish(dist, ['--userconfig', registry.userConfig])

  expect(published).toEqual([])
})

test('a release without the addons of all targets is refused', async () => {
  const missing = napi.targets.find((target) => PLATFORMS[target] !== thisPlatform())

  await expect(pack({ dist: path.join(workplace, 'refused'), isComplete: true })).rejects.toThrow(
    missing
  )
})

test('a package without the loader of its addon is not made', async () => {
  const loader = path.join(ROOT, 'native.js')
  const aside = path.join(workplace, 'native.js')
  fs.renameSync(loader, aside)
  try {
    await expect(pack({ dist: path.join(workplace, 'refused') })).rejects.toThrow(
      'native.js must be'
    )
  } finally {
    fs.copyFileSync(aside, loader)
  }
})

describe('each published package', () => {
  test('has its licence, and those of what the addon contains', async () => {
    for (const file of packages()) {
      const content = await contentOf(file)
      expect(content).toContain('package/LICENSE')
      if (file.startsWith(NAME)) expect(content).toContain('package/THIRD-PARTY-NOTICES')
    }
  })

  test('has nothing that users do not need', async () => {
    const content = await contentOf(`${NAME}-${VERSION}.tgz`)
    for (const internal of ['src', 'bench', 'harness', '__test__', 'release']) {
      expect(content.filter((file) => file.startsWith(`package/${internal}/`))).toEqual([])
    }
  })
})

describe('the addon', () => {
  const addon = fs.readdirSync(ROOT).find((file) => file.endsWith('.node'))

  const onLinux = process.platform === 'linux' ? test : test.skip

  onLinux('needs no later glibc than 2.17', async () => {
    const { stdout } = await run('objdump', ['--dynamic-syms', addon], {
      cwd: ROOT,
      maxBuffer: 1 << 26
    })
    const versions = [...stdout.matchAll(/\(GLIBC_(\d+\.\d+)/g)].map(([, version]) => version)
    const minors = versions.map((version) => Number(version.split('.')[1]))
    expect(versions.length).toBeGreaterThan(100)
    expect(Math.max(...minors)).toBe(17)
  })

  onLinux('needs no symbol of which nobody says where it comes from', async () => {
    const { stdout } = await run('nm', ['--dynamic', '--undefined-only', addon], {
      cwd: ROOT,
      maxBuffer: 1 << 26
    })
    const unknown = stdout
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([kind, symbol]) => kind === 'U' && !symbol.includes('@') && !symbol.startsWith('napi_')
      )
    expect(unknown).toEqual([])
  })

  test('says nothing of the machine that built it', () => {
    const text = fs.readFileSync(path.join(ROOT, addon), 'latin1')
    for (const place of [os.homedir(), ROOT, '.cargo/registry']) expect(text).not.toContain(place)
  })
})

describe('THIRD-PARTY-NOTICES', () => {
  test('is what npm run release:notices writes', () => {
    expect(fs.readFileSync(notices.FILE, 'utf8')).toBe(notices.notices())
  })

  test('names the C libraries that the addon tells of', () => {
    const names = components().map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['OpenSSL', 'librdkafka', 'zlib', 'Zstandard', 'lz4 (in librdkafka)'])
    )
  })
})

test('the bill of materials is valid CycloneDX', async () => {
  const file = path.join(dist, `${NAME}-${VERSION}.cdx.json`)
  const validator = new CDX.Validation.JsonStrictValidator(CDX.Spec.Version.v1dot6)
  expect(await validator.validate(fs.readFileSync(file, 'utf8'))).toBeNull()
})

/**
 * Runs commands in a new folder, with the registry, until they have said something so many times.
 * @throws {Error} what they said instead
 */
async function untilTheySay(commands, what, times) {
  const cwd = fs.mkdtempSync(path.join(workplace, 'shell-'))
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: registry.userConfig }
  for (const name of Object.keys(env)) if (name.startsWith('npm_')) delete env[name]
  env.npm_config_cache = path.join(cwd, 'npm-cache')
  const shell = spawn('sh', ['-ec', commands], { cwd, env, detached: true })
  const closed = once(shell, 'close')
  let said = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (text) => (said += text))
  try {
    await eventually(() => (said.match(what) ?? []).length >= times, { timeoutMs: 150000 })
  } catch (error) {
    throw new Error(`the commands said ${said}`, { cause: error })
  } finally {
    if (shell.exitCode === null) process.kill(-shell.pid)
    await closed
  }
}

/** @returns {import('../support/package-managers').App} a new folder that needs all packages */
function makeApp() {
  const folder = fs.mkdtempSync(path.join(workplace, 'app-'))
  const dependencies = Object.fromEntries(
    packages()
      .map((file) => file.slice(0, -`-${VERSION}.tgz`.length))
      .filter((name) => !name.startsWith(`${NAME}-`))
      .map((name) => [name, VERSION])
  )
  fs.writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies })
  )
  fs.copyFileSync(EXCHANGE, path.join(folder, 'exchange.js'))
  return { folder, registry: registry.url, userConfig: registry.userConfig }
}

function packages() {
  return fs.readdirSync(dist).filter((file) => file.endsWith('.tgz'))
}

async function contentOf(file) {
  const { stdout } = await run('tar', ['-tzf', path.join(dist, file)])
  return stdout.trim().split('\n')
}
