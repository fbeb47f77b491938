'use strict'

/**
 * How pictures look on a light and on a dark page. The colours of lines and bars were chosen to be told
 * apart on either, also by those who see red and green alike.
 */
const THEMES = {
  light: { background: '#ffffff', text: '#1f2328', faint: '#d1d9e0', own: '#0969da' },
  dark: { background: '#0d1117', text: '#f0f6fc', faint: '#3d444d', own: '#4493f8' }
}

/** Of the buses that are measured beside this package, in turn. */
const OTHERS = [
  '#d1495b',
  '#e8a33d',
  '#8a63d2',
  '#2a9d8f',
  '#6e7781',
  '#b5838d',
  '#7f8f18',
  '#5e9bd1'
]

const FONT = 'system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif'

/**
 * @param {string} theme
 * @param {{name: string, title: string}[]} buses
 * @param {string} own the name of the bus of this package
 * @param {Set<string>} drawn the titles of those in this picture; a bus has the same colour in all
 * @returns {{domain: string[], range: string[]}} the colour of each bus, by its title
 */
function colours(theme, buses, own, drawn) {
  let others = 0
  const coloured = buses.map(({ name, title }) => ({
    title,
    colour: name === own ? THEMES[theme].own : OTHERS[others++ % OTHERS.length]
  }))
  const present = coloured.filter(({ title }) => drawn.has(title))
  return { domain: present.map(({ title }) => title), range: present.map(({ colour }) => colour) }
}

/**
 * @param {string} theme
 * @returns {object} the configuration of vega-lite
 */
function config(theme) {
  const { background, text, faint } = THEMES[theme]
  const words = { labelColor: text, titleColor: text, labelFontSize: 12, titleFontSize: 12 }
  return {
    background,
    font: FONT,
    padding: 16,
    view: { stroke: null },
    title: {
      color: text,
      subtitleColor: text,
      fontSize: 15,
      subtitleFontSize: 12,
      anchor: 'start',
      offset: 12
    },
    axis: {
      ...words,
      gridColor: faint,
      domainColor: faint,
      tickColor: faint,
      titleFontWeight: 'normal'
    },
    header: words,
    legend: { ...words, orient: 'bottom', columns: 2, symbolStrokeWidth: 3 },
    text: { color: text },
    rule: { color: text }
  }
}

module.exports = { THEMES, colours, config }
