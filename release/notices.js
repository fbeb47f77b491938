'use strict'

/** `npm run release:notices`: writes THIRD-PARTY-NOTICES, the licences of everything that the addon has inside. */

const fs = require('node:fs')
const path = require('node:path')
const { ROOT } = require('../scripts/command')
const { components } = require('./components')

const FILE = path.join(ROOT, 'THIRD-PARTY-NOTICES')
const LINE = '-'.repeat(80)

/** @returns {string} what the file has to hold */
function notices() {
  const texts = new Map()
  for (const { name, version = '', license, texts: own } of components()) {
    const text = own.map(tidy).join('\n\n')
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`.trim() + ` (${license})`])
  }
  const sections = [...texts].map(([text, names]) => `${LINE}\n${names.join('\n')}\n\n${text}\n`)
  return `The addon of deepstream.io-msg-kafka contains the following software, under the licences below.\n\n${sections.join('\n')}`
}

function tidy(text) {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[ \t]+$/gm, '')
    .trim()
}

module.exports = { FILE, notices }

if (require.main === module) fs.writeFileSync(FILE, notices())
