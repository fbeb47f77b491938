'use strict'

const FENCED = /^( *)```(\w*)\n([^]*?)^\1```$/gm

/**
 * @param {string} markdown
 * @returns {{ language: string, text: string }[]} its fenced blocks, without what they are indented by
 */
function blocks(markdown) {
  return [...markdown.matchAll(FENCED)].map(([, indent, language, text]) => ({
    language,
    text: text.replace(new RegExp(`^${indent}`, 'gm'), '')
  }))
}

/**
 * @param {string} markdown
 * @param {string} language
 * @returns {string[]} what its fenced blocks of that language hold
 */
function blocksOf(markdown, language) {
  return blocks(markdown)
    .filter((block) => block.language === language)
    .map(({ text }) => text)
}

/** @returns {string} the same without its fenced blocks */
function prose(markdown) {
  return markdown.replace(FENCED, '')
}

module.exports = { blocks, blocksOf, prose }
