'use strict'

const fs = require('node:fs')
const path = require('node:path')
const yaml = require('js-yaml')
const { ArgumentsError } = require('./arguments-error')

/**
 * What deepstream does to the text of its configuration file before it parses it, by generation. The results are deepstream's also
 * where they surprise, so that what is looked at is what the server gets.
 *
 * @type {Record<'legacy' | 'modern', (text: string, file: string, env: NodeJS.ProcessEnv) => string>}
 */
const EXPANSIONS = {
  /** deepstream 1 to 3: the name of an unset variable stays. */
  legacy: (text, _, env) => text.replace(/\${([^}]+)}/g, (_, name) => env[name] || name),

  /** deepstream 4 and later: everything from a # to the end of the line is a comment, even in quotes. */
  modern(text, file, env) {
    const folder = path.dirname(file)
    let content = text.replace(/(^#)*#.*$/gm, '$1').replace(/^\s*\n/gm, '')
    for (const [match, name] of content.matchAll(/file\((.*)\)/g))
      content = content.replace(match, locate(folder, name))
    for (const [match, name] of content.matchAll(/fileLoad\((.*)\)/g))
      content = content.replace(match, JSON.stringify(load(file, locate(folder, name), name, env)))
    return withVariables(content, env)
  }
}

function withVariables(text, env) {
  return text.replace(/\${([^}]+)}/g, (_, name) => env[name] || '')
}

function locate(folder, name) {
  return path.isAbsolute(name) ? name : path.resolve(folder, name)
}

/** A file that is named there; YAML and JSON become what they contain, everything else a text. */
function load(file, located, name, env) {
  let text
  try {
    text = fs.readFileSync(located, 'utf8')
  } catch (error) {
    throw new ArgumentsError(
      `${file} loads ${located}, which cannot be read: ${error.code === 'ENOENT' ? 'it does not exist' : error.message}.`
    )
  }
  text = withVariables(text, env)
  try {
    switch (path.extname(name)) {
      case '.yml':
      case '.yaml':
        return yaml.load(text)
      case '.json':
        return JSON.parse(text)
      case '.js':
        return require(path.resolve(name))
      default:
        return text
    }
  } catch {
    throw new ArgumentsError(`${file} loads ${located}, which is not valid.`)
  }
}

module.exports = { EXPANSIONS }
