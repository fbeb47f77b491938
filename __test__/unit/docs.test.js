'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const yaml = require('js-yaml')
const { CODES } = require('../../lib/errors')
const { readOptions } = require('../../lib/options')
const { scripts, files: packaged } = require('../../package.json')
const { blocks, prose } = require('../support/markdown')

const ROOT = path.join(__dirname, '..', '..')
const DOCUMENTS = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'],
  {
    cwd: ROOT,
    encoding: 'utf8'
  }
)
  .trim()
  .split('\n')

/** Fenced blocks: where they are, and what they hold. */
const BLOCKS = DOCUMENTS.flatMap((file) =>
  blocks(textOf(file)).map((block, index) => ({ title: `${file}, block ${index + 1}`, ...block }))
)

let workplace
beforeAll(() => (workplace = fs.mkdtempSync(path.join(os.tmpdir(), 'docs-test-'))))
afterAll(() => fs.rmSync(workplace, { recursive: true, force: true }))

test('every block says what it holds', () => {
  const known = ['sh', 'js', 'ts', 'yaml', 'json', 'text', 'ini', 'dockerfile', 'xml', 'properties']
  const unknown = BLOCKS.filter(({ language }) => !known.includes(language))
  expect(unknown.map(({ title }) => title)).toEqual([])
})

describe('YAML', () => {
  test.each(of('yaml'))('$title is one, and its options are accepted', ({ text }) => {
    // deepstream replaces the variables before it reads the rest.
    const document = yaml.load(text.replace(/\$\{\w+\}/g, 'localhost'))
    const options =
      document.plugins?.message?.options ?? document.clusterNode?.options ?? document.options
    if (options?.connectionString) expect(() => readOptions(tryable(options))).not.toThrow()
  })
})

describe('JavaScript', () => {
  test.each(of('js'))('$title has no fault of syntax', ({ text }) => {
    const isModule = /^(import|export) /m.test(text)
    const file = path.join(workplace, isModule ? 'block.mjs' : 'block.cjs')
    fs.writeFileSync(file, text)
    execFileSync(process.execPath, ['--check', file], { stdio: 'pipe' })
  })
})

describe('shell commands', () => {
  test.each(of('sh'))('$title can be read by a shell', ({ text }) => {
    execFileSync('sh', ['-n'], { input: text, stdio: ['pipe', 'pipe', 'pipe'] })
  })

  const commands = DOCUMENTS.flatMap((file) => {
    const code = textOf(file).match(/`[^`\n]+`|^ *```sh\n[^]*?^ *```$/gm) ?? []
    const found = code
      .join('\n')
      .matchAll(/(npm run|make|node|npx jest)( --runInBand)? ([\w:./-]+)/g)
    return [...found].map(([command, tool, , what]) => ({ file, command, tool, what }))
  })

  test.each(commands)('$file: $command exists', ({ tool, what }) => {
    const exists = {
      'npm run': () => Object.keys(scripts).includes(what),
      make: () => new RegExp(`^${what}:`, 'm').test(textOf('Makefile')),
      node: () =>
        !what.includes('/') ||
        what.startsWith('./node_modules/') ||
        fs.existsSync(path.join(ROOT, what)),
      'npx jest': () => what === 'FILE' || fs.existsSync(path.join(ROOT, what))
    }
    expect(exists[tool]()).toBe(true)
  })
})

describe('links', () => {
  test.each(DOCUMENTS)('of %s lead somewhere', (file) => {
    const dead = relativeLinks(file).filter(({ target, anchor }) => {
      if (!fs.existsSync(path.join(ROOT, target))) return true
      return anchor !== undefined && !anchorsOf(target).includes(anchor)
    })
    expect(dead).toEqual([])
  })

  test('of README.md lead to what is in the package, or are absolute', () => {
    const outside = relativeLinks('README.md')
      .map(({ target }) => target)
      .filter(
        (target) =>
          !['README.md', 'LICENSE', ...packaged].some(
            (each) =>
              target === each ||
              target.startsWith(`${each}/`) ||
              (each.endsWith('/*.md') &&
                target.startsWith(each.slice(0, -4)) &&
                target.endsWith('.md'))
          )
      )
    expect(outside).toEqual([])
  })
})

test.each(DOCUMENTS)('the pictures of %s are there', (file) => {
  const shown = [...textOf(file).matchAll(/ (?:src|srcset)="([^":]+)"/g)]
  const missing = shown.filter(
    ([, picture]) => !fs.existsSync(path.join(ROOT, path.dirname(file), picture))
  )
  expect(missing.map(([, picture]) => picture)).toEqual([])
})

test('troubleshooting.md knows each code', () => {
  const text = textOf('docs/troubleshooting.md')
  expect(Object.keys(CODES).filter((code) => !text.includes(code))).toEqual([])
})

function of(language) {
  return BLOCKS.filter((block) => block.language === language)
}

function textOf(file) {
  return fs.readFileSync(path.join(ROOT, file), 'utf8')
}

/** The files that options name are not on this machine, and the variables not in its environment. */
function tryable({ oauthTokenModule: _, ...options }) {
  const properties = Object.entries(options.kafka ?? {}).filter(
    ([name]) => !name.endsWith('.location')
  )
  const isBearer = options.kafka?.['sasl.mechanism'] === 'OAUTHBEARER'
  const token = isBearer ? { oauthToken: async () => ({}) } : {}
  return { ...options, ...token, kafka: Object.fromEntries(properties) }
}

function relativeLinks(file) {
  return [...prose(textOf(file)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [where, anchor] = link.split('#')
      const target = where === '' ? file : path.join(path.dirname(file), where)
      return { target, anchor }
    })
}

/** As GitHub makes them of the headings. */
function anchorsOf(file) {
  return [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
  )
}
