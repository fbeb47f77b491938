'use strict'

/**
 * `npm run release:pack`: makes everything that a release publishes, in dist/. By default with the addon that `npm run build` has
 * made; `--addons FOLDER` takes those there, and `--complete` fails unless there is one for each target and the versions agree.
 */

const { execFile } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { parseArgs, promisify } = require('node:util')
const { npmPack } = require('../harness/npm-pack')
const { PLATFORMS } = require('../lib/addon-failure')
const { ROOT } = require('../scripts/command')
const { FILE: NOTICES } = require('./notices')
const { copyRuntimeModules } = require('./runtime-modules')
const { sbom } = require('./sbom')

const run = promisify(execFile)
const PACKAGES = path.join(ROOT, 'packages')
const NAPI = path.join(ROOT, 'node_modules', '.bin', 'napi')

/** How `deepstream install` calls the systems, and what it can unpack there. */
const ARCHIVES = { linux: ['linux', 'tar.gz'], darwin: ['mac', 'zip'], win32: ['windows', 'zip'] }

/**
 * @param {object} [options]
 * @param {string} [options.addons] the folder with the addons
 * @param {boolean} [options.isComplete] whether one of a target may not be absent
 * @param {string} [options.dist] where to put everything; what is there is removed
 * @returns {Promise<string[]>} the files, packages in the order in which they have to be published
 * @throws {Error} when something is missing or does not fit together
 */
async function pack({ addons = ROOT, isComplete = false, dist = path.join(ROOT, 'dist') } = {}) {
  const manifest = readManifest(ROOT)
  const targets = targetsIn(addons, manifest)
  if (isComplete) checkComplete(targets, manifest)
  checkVersions(manifest)
  checkFiles(manifest)
  fs.rmSync(dist, { recursive: true, force: true })
  fs.mkdirSync(dist, { recursive: true })
  const workplace = fs.mkdtempSync(path.join(os.tmpdir(), 'release-'))
  try {
    const main = await stage(workplace, manifest, targets)
    const gathered = gather(addons, targets, manifest, workplace)
    const platforms = await platformPackages(main, gathered)
    const packages = [...platforms, main, ...companions()]
    const files = []
    for (const folder of packages) files.push(await npmPack(folder, dist))
    for (const platform of Object.keys(ARCHIVES)) {
      files.push(...(await archive(platform, { main, addons: gathered, targets, workplace, dist })))
    }
    const bom = path.join(dist, `${manifest.name}-${manifest.version}.cdx.json`)
    fs.writeFileSync(bom, sbom(manifest))
    return [...files, bom]
  } finally {
    fs.rmSync(workplace, { recursive: true, force: true })
  }
}

/** @returns {string[]} those of the manifest's targets for which the folder has an addon */
function targetsIn(folder, { napi }) {
  const targets = napi.targets.filter((target) =>
    fs.existsSync(path.join(folder, addonFor(target, napi)))
  )
  if (targets.length === 0)
    throw new Error(`There is no addon in ${folder}. Build one with: npm run build`)
  return targets
}

/** napi's command searches subfolders too, and fails on an addon that it does not expect. */
function gather(folder, targets, { napi }, workplace) {
  const gathered = path.join(workplace, 'addons')
  fs.mkdirSync(gathered)
  for (const file of targets.map((target) => addonFor(target, napi)))
    fs.copyFileSync(path.join(folder, file), path.join(gathered, file))
  return gathered
}

function addonFor(target, { binaryName }) {
  return `${binaryName}.${PLATFORMS[target]}.node`
}

function checkComplete(targets, { napi, version }) {
  const missing = napi.targets.filter((target) => !targets.includes(target))
  if (missing.length > 0) throw new Error(`The addons for ${missing.join(', ')} are missing.`)
  const changelog = fs.readFileSync(path.join(ROOT, 'CHANGELOG.md'), 'utf8')
  if (!changelog.includes(`## [${version}]`))
    throw new Error(`CHANGELOG.md has no section [${version}]. Rename [Unreleased].`)
}

function checkVersions({ name, version }) {
  const cargo = fs.readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8')
  const versions = { 'Cargo.toml': /^version = "(.+)"/m.exec(cargo)[1] }
  for (const folder of companions()) {
    const manifest = readManifest(folder)
    versions[`packages/${manifest.name}`] = manifest.version
    versions[`its dependency of packages/${manifest.name}`] = manifest.dependencies[name].slice(1)
  }
  for (const [place, other] of Object.entries(versions)) {
    if (other !== version)
      throw new Error(`package.json has the version ${version}, but ${place} has ${other}.`)
  }
}

/** npm leaves out without a word what `files` names and nobody has made, such as the loader of the addon. */
function checkFiles({ files }) {
  const names = files.filter((file) => !file.includes('*'))
  const missing = names.filter((file) => !fs.existsSync(path.join(ROOT, file)))
  if (missing.length > 0)
    throw new Error(`${missing.join(', ')} must be in the package and is not there.`)
}

/** The main package as it is published: without an addon, but with those of the platforms as its optional dependencies. */
async function stage(workplace, manifest, targets) {
  const tarball = await npmPack(ROOT, workplace)
  await run('tar', ['-xzf', tarball, '-C', workplace])
  const main = path.join(workplace, 'package')
  for (const file of fs.readdirSync(main).filter(isAddon)) fs.rmSync(path.join(main, file))
  const { scripts, devDependencies, overrides, allowScripts, ...published } = manifest
  published.napi = { ...manifest.napi, targets }
  published.optionalDependencies = Object.fromEntries(
    targets.map((target) => [`${manifest.napi.packageName}-${PLATFORMS[target]}`, manifest.version])
  )
  fs.writeFileSync(path.join(main, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
  return main
}

/** @returns {Promise<string[]>} folders */
async function platformPackages(main, addons) {
  await run(NAPI, ['create-npm-dirs'], { cwd: main })
  await run(NAPI, ['artifacts', '--output-dir', addons], { cwd: main })
  for (const file of fs.readdirSync(main).filter(isAddon)) fs.rmSync(path.join(main, file))
  const folder = path.join(main, 'npm')
  return fs.readdirSync(folder).map((name) => {
    const platform = path.join(folder, name)
    const manifest = readManifest(platform)
    for (const file of [path.join(ROOT, 'LICENSE'), NOTICES]) {
      fs.copyFileSync(file, path.join(platform, path.basename(file)))
      manifest.files.push(path.basename(file))
    }
    fs.writeFileSync(path.join(platform, 'package.json'), JSON.stringify(manifest, null, 2))
    return platform
  })
}

function companions() {
  return fs.readdirSync(PACKAGES).map((name) => path.join(PACKAGES, name))
}

/**
 * The main package with all addons of a system and the packages that it needs, as `deepstream install msg kafka` takes it from a
 * GitHub release: that unpacks it and installs nothing.
 */
async function archive(platform, { main, addons, targets, workplace, dist }) {
  const own = targets.filter((target) => PLATFORMS[target].startsWith(platform))
  if (own.length === 0) return []
  const { name, version, napi } = readManifest(main)
  const [system, format] = ARCHIVES[platform]
  const folder = path.join(workplace, `archive-${system}`)
  fs.cpSync(main, folder, { recursive: true, filter: (file) => file !== path.join(main, 'npm') })
  copyRuntimeModules(folder)
  for (const target of own) {
    fs.copyFileSync(
      path.join(addons, addonFor(target, napi)),
      path.join(folder, addonFor(target, napi))
    )
  }
  const file = path.join(dist, `${name}-${system}-${version}.${format}`)
  if (format === 'zip') await run('zip', ['--quiet', '--recurse-paths', file, '.'], { cwd: folder })
  else await run('tar', ['-czf', file, '.'], { cwd: folder })
  return [file]
}

function isAddon(file) {
  return file.endsWith('.node')
}

function readManifest(folder) {
  return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
}

module.exports = { pack }

if (require.main === module) {
  const { values } = parseArgs({
    options: { addons: { type: 'string' }, complete: { type: 'boolean' } }
  })
  pack({ addons: values.addons, isComplete: values.complete }).then(
    (files) => console.log(files.map((file) => path.relative(ROOT, file)).join('\n')),
    (error) => {
      console.error(error.message)
      process.exitCode = 1
    }
  )
}
