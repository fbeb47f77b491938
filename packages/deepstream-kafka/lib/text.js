'use strict'

/**
 * What a terminal would obey instead of showing it: control characters, those that change the direction of writing, ends of lines,
 * and halves of characters.
 */
const UNSHOWABLE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Surrogate}]/gu

/** Characters that take two columns, by East Asian Width and as emojis. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u
/** Those that take none. */
const COMBINING = /[\p{Mn}\p{Me}\p{Cf}]/u
const PLAIN = /^[\u0020-\u007e]*$/

/**
 * @param {string} text
 * @returns {string} the same with `\\u001b` and the like for what a terminal would obey; JSON stays the same JSON
 */
function visible(text) {
  if (PLAIN.test(text)) return text
  return text.replace(
    UNSHOWABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}

/** @returns {number} how many columns of a terminal the text takes */
function widthOf(text) {
  if (PLAIN.test(text)) return text.length
  let width = 0
  for (const character of text) width += columnsOf(character)
  return width
}

function columnsOf(character) {
  if (PLAIN.test(character)) return 1
  return COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1
}

/**
 * @param {string} text
 * @param {number} columns
 * @returns {string} the text, or its beginning and …, so that it takes no more columns
 */
function cut(text, columns) {
  if (text.length <= columns && PLAIN.test(text)) return text
  let [width, at, end] = [0, 0, 0]
  for (const character of text) {
    width += columnsOf(character)
    if (width > columns) return columns > 0 ? `${text.slice(0, end)}…` : ''
    at += character.length
    // The … takes one.
    if (width < columns) end = at
  }
  return text
}

/** @returns {string} the text with blanks behind it, up to so many columns */
function padded(text, columns) {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}

module.exports = { visible, widthOf, cut, padded }
