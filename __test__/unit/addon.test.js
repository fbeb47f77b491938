'use strict'

const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const ROOT = path.join(__dirname, '..', '..')

/**
 * Node exports its own OpenSSL and zlib to everything it loads. An addon that took them from there,
 * or offered its own, would end up with a mixture of two versions.
 */
const testOnLinux = process.platform === 'linux' ? test : test.skip

/** @returns {string[]} names of the dynamic symbols of the kind that nm's option chooses */
function symbols(option) {
  const addon = fs.readdirSync(ROOT).find((file) => file.endsWith('.node'))
  const output = execFileSync(
    'nm',
    ['--dynamic', option, '--format=posix', path.join(ROOT, addon)],
    {
      encoding: 'utf8'
    }
  )
  return output.split('\n').flatMap((line) => line.split(' ')[0].replace(/@.*/, '') || [])
}

testOnLinux('the addon shows nothing but its entry point', () => {
  expect(symbols('--defined-only')).toEqual(['napi_register_module_v1'])
})

testOnLinux('the addon takes neither OpenSSL nor zlib from outside', () => {
  const undefinedSymbols = symbols('--undefined-only')
  expect(undefinedSymbols).toContain('memcpy')
  const foreign = /^(SSL|EVP|CRYPTO|OPENSSL|X509|BIO)_|^(inflate|deflate|crc32|uncompress|compress)/
  expect(undefinedSymbols.filter((symbol) => foreign.test(symbol))).toEqual([])
})
