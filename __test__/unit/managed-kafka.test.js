'use strict'

const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const yaml = require('js-yaml')
const MessageConnector = require('../..')
const { createAuthority, issue } = require('../../harness/kafka/certificates')
const { readOptions } = require('../../lib/options')
const { blocksOf } = require('../support/markdown')
const { close } = require('../support/nodes')

const DOCUMENT = path.join(__dirname, '..', '..', 'docs', 'managed-kafka.md')
const BLOCKS = blocksOf(fs.readFileSync(DOCUMENT, 'utf8'), 'yaml')

/** Has the files that the blocks name. */
let folder
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'managed-kafka-'))
  const authority = createAuthority('Test CA')
  const { certificate, key } = issue(authority, 'deepstream')
  const token = 'module.exports = async () => ({ value: "a", expiresAt: Date.now() + 3600000 })'
  const files = { 'ca.pem': authority.pem, 'service.cert': certificate, 'service.key': key }
  for (const [name, text] of Object.entries({ ...files, 'token.js': token }))
    fs.writeFileSync(path.join(folder, name), text)
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

test.each(BLOCKS.map((block) => [/connectionString: (\S+)/.exec(block)[1], block]))(
  'librdkafka accepts the properties for %s',
  async (_, block) => {
    const text = block
      .replace(/\$\{\w+\}/g, 'secret')
      .replaceAll('/etc/deepstream/', `${folder}/`)
      .replaceAll('./token.js', `${folder}/token.js`)
    const { options } = yaml.load(text)
    readOptions(options)
    // A name that nobody has, since no request shall reach a provider.
    const node = new MessageConnector({ ...options, connectionString: 'a:1' })
    await close(node.on('error', () => {}))
  }
)
