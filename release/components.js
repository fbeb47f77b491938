'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { ROOT } = require('../scripts/command')
const { RUST } = require('../scripts/prerequisites')

/**
 * Something that the addon has inside.
 *
 * @typedef {object} Component
 * @property {string} name
 * @property {string} [version] some parts of librdkafka do not tell theirs
 * @property {string} license an SPDX expression
 * @property {string} [purl] its package URL, https://github.com/package-url/purl-spec
 * @property {string[]} texts of its licence, with the copyright lines
 */

/**
 * The C libraries, by the crate that builds them in: `links` of its Cargo.toml says that there is one. `crate` is where the sources
 * are if they are in another.
 */
const C_LIBRARIES = {
  openssl: {
    crate: 'openssl-src',
    name: 'OpenSSL',
    license: 'Apache-2.0',
    file: 'openssl/LICENSE.txt'
  },
  rdkafka: { name: 'librdkafka', license: 'BSD-2-Clause', file: 'librdkafka/LICENSE' },
  z: { name: 'zlib', license: 'Zlib', file: 'src/zlib/LICENSE' },
  zstd: { name: 'Zstandard', license: 'BSD-3-Clause', file: 'zstd/LICENSE' }
}

/** What librdkafka carries from others, each with a file LICENSE.<part> of its own. */
const PARTS_OF_LIBRDKAFKA = {
  cjson: 'MIT',
  crc32c: 'Zlib',
  fnv1a: 'LicenseRef-public-domain',
  hdrhistogram: 'MIT',
  lz4: 'BSD-2-Clause',
  murmur2: 'MIT',
  nanopb: 'Zlib',
  opentelemetry: 'Apache-2.0',
  pycrc: 'MIT',
  queue: 'BSD-3-Clause',
  regexp: 'LicenseRef-public-domain',
  snappy: 'BSD-3-Clause',
  tinycthread: 'Zlib',
  wingetopt: 'ISC AND BSD-2-Clause'
}

/**
 * Everything that is linked into the addon of any platform, from what cargo says of the lock file.
 *
 * @returns {Component[]} by name
 * @throws {Error} when a crate or a C library is there of which the licence is not known
 */
function components() {
  const metadata = JSON.parse(
    execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], {
      cwd: ROOT,
      encoding: 'utf8',
      maxBuffer: 1 << 28
    })
  )
  const crates = linkedCrates(metadata)
  const found = [rust(), ...crates.map(crateComponent)]
  for (const crate of crates.filter(({ links }) => links)) {
    found.push(...cComponents(crate, metadata.packages))
  }
  return found.sort((a, b) => a.name.localeCompare(b.name, 'en'))
}

/** @returns {object[]} the crates that the addon needs when it runs, not only when it is built */
function linkedCrates({ packages, resolve }) {
  const crates = new Map(packages.map((crate) => [crate.id, crate]))
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]))
  const linked = new Set()
  const visit = (id) => {
    const isMacro = crates.get(id).targets.some(({ kind }) => kind.includes('proc-macro'))
    if (isMacro || linked.has(id)) return
    linked.add(id)
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) {
      if (kinds.some(({ kind }) => kind === null)) visit(pkg)
    }
  }
  visit(resolve.root)
  linked.delete(resolve.root)
  return [...linked].map((id) => crates.get(id))
}

function crateComponent({ name, version, license, authors, manifest_path: manifest }) {
  const folder = path.dirname(manifest)
  // `MIT/Apache-2.0` is how cargo once wrote a choice.
  const expression = license.replaceAll('/', ' OR ')
  const texts = licenceFiles(folder, expression).map((file) =>
    fs.readFileSync(path.join(folder, file), 'utf8')
  )
  if (texts.length === 0 && expression !== 'MIT')
    throw new Error(`The crate ${name} ${version} has no file with its licence, ${expression}`)
  return {
    name,
    version,
    license: expression,
    purl: `pkg:cargo/${name}@${encodeURIComponent(version)}`,
    texts:
      texts.length > 0 ? texts : [mit(authors.length > 0 ? authors : [`the authors of ${name}`])]
  }
}

/** Of a choice of licences we take MIT, whose text is short and names who has the copyright. */
function licenceFiles(folder, expression) {
  const files = fs.readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file))
  const mitFile = files.find((file) => /mit/i.test(file))
  return expression.includes(' OR ') && mitFile ? [mitFile] : files
}

function mit(authors) {
  return `Copyright (c) ${authors.join(', ')}\n\n${MIT}`
}

function cComponents(crate, packages) {
  const library = C_LIBRARIES[crate.links]
  if (!library)
    throw new Error(
      `${crate.name} links the C library "${crate.links}", which release/components.js does not know`
    )
  const source = packages.find(({ name }) => name === (library.crate ?? crate.name))
  const folder = path.dirname(source.manifest_path)
  const version = source.version.split('+')[1]?.replace(/^[a-z]+\./, '') ?? zlibVersion(folder)
  const file = path.join(folder, library.file)
  const { name, license } = library
  const component = {
    name,
    version,
    license,
    purl: `pkg:generic/${name.toLowerCase()}@${version}`,
    texts: [fs.readFileSync(file, 'utf8')]
  }
  return crate.links === 'rdkafka'
    ? [component, ...partsOfLibrdkafka(path.dirname(file))]
    : [component]
}

function partsOfLibrdkafka(folder) {
  const files = fs.readdirSync(folder).filter((file) => file.startsWith('LICENSE.'))
  return files.map((file) => {
    const part = file.slice('LICENSE.'.length)
    const license = PARTS_OF_LIBRDKAFKA[part]
    if (!license)
      throw new Error(`librdkafka carries "${part}", which release/components.js does not know`)
    const texts = [fs.readFileSync(path.join(folder, file), 'utf8')]
    return { name: `${part} (in librdkafka)`, license, texts }
  })
}

function zlibVersion(folder) {
  const header = fs.readFileSync(path.join(folder, 'src', 'zlib', 'zlib.h'), 'utf8')
  return /#define ZLIB_VERSION "(.+)"/.exec(header)[1]
}

function rust() {
  return {
    name: 'Rust standard library',
    version: RUST,
    license: 'MIT OR Apache-2.0',
    purl: `pkg:generic/rust-std@${RUST}`,
    texts: [mit(['The Rust Project Contributors'])]
  }
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`

module.exports = { components }
