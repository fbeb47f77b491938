'use strict'

/**
 * @param {string} markdown
 * @param {string} language
 * @returns {string[]} what its fenced blocks of that language hold
 */
function blocksOf(markdown, language) {
  const fenced = markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)
  return [...fenced].filter(([, each]) => each === language).map(([, , text]) => text)
}

module.exports = { blocksOf }
