'use strict'

const { explain } = require('../../lib/addon-failure')
const { refusalOf, refusals } = require('../../matrix/refusals')

const LINUX = {
  platform: 'linux',
  arch: 'x64',
  glibc: '2.36',
  hasPermissionModel: false,
  supported: ['linux-x64-gnu', 'darwin-arm64', 'win32-x64-msvc'],
  isPublished: true
}

/** What the generated loader throws when its attempts failed with these texts. */
function failed(...attempts) {
  const last = attempts.reduce(
    (cause, message) => Object.assign(new Error(message), { cause }),
    null
  )
  return Object.assign(new Error('Cannot find native binding.'), { cause: last })
}

const ABSENT = failed(
  "Cannot find module './deepstream-msg-kafka.linux-x64-gnu.node'\nRequire stack:",
  "Cannot find module 'deepstream.io-msg-kafka-linux-x64-gnu'"
)

test('a package for the platform that was not installed is named, with both usual reasons', () => {
  const text = explain(ABSENT, LINUX)
  expect(text).toContain('The package deepstream.io-msg-kafka-linux-x64-gnu, ')
  expect(text).toContain('is not installed')
  expect(text).toContain('--omit=optional')
  expect(text).toContain('lock file')
  expect(
    explain(ABSENT, { ...LINUX, platform: 'darwin', arch: 'arm64', glibc: undefined })
  ).toContain('The package deepstream.io-msg-kafka-darwin-arm64, ')
  expect(explain(ABSENT, { ...LINUX, platform: 'win32', glibc: undefined })).toContain(
    'The package deepstream.io-msg-kafka-win32-x64-msvc, '
  )
})

test('in a clone of the sources it has to be built', () => {
  expect(explain(ABSENT, { ...LINUX, isPublished: false })).toContain('Run: npm run build')
})

test('a platform without an addon is named, with those that have one', () => {
  const text = explain(ABSENT, { ...LINUX, platform: 'freebsd', glibc: undefined })
  expect(text).toContain('for this platform, freebsd-x64.')
  expect(text).toContain('linux-x64-gnu, darwin-arm64, win32-x64-msvc')
  expect(text).not.toContain('optional')
})

test('musl instead of glibc is named', () => {
  const text = explain(ABSENT, { ...LINUX, glibc: undefined })
  expect(text).toContain('linux-x64 with musl instead of glibc, as in Alpine Linux')
})

test('a glibc that is too old is named, with the version that is needed', () => {
  const cause = failed(
    'Cannot find module',
    "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.9' not found (required by a.node)\n" +
      "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by a.node)"
  )
  const text = explain(cause, { ...LINUX, glibc: '2.28' })
  expect(text).toContain('needs glibc 2.34 or newer, but this system has 2.28.')
})

test('an addon that the system refuses for another reason is told with its words', () => {
  const text = explain(failed('a.node: file too short'), LINUX)
  expect(text).toContain('a.node: file too short')
  expect(text).toContain('Reinstall the package')
})

test('whatever is thrown, something is said', () => {
  for (const cause of [undefined, null, 'text', new Error('odd')]) {
    expect(explain(cause, LINUX)).toContain('is not installed')
  }
})

test.each(refusals(process.versions.node))(
  'a Node that loads no addons because of $flags is told when a connector is made',
  async ({ flags, cause }) => {
    const { code, message } = await refusalOf(process.execPath, flags)
    expect(code).toBe('ERR_KAFKA_ADDON')
    expect(message).toContain(cause)
  }
)
