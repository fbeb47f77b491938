'use strict'

const fs = require('fs')
const path = require('path')
const { FACES } = require('../buses')
const { PICTURES } = require('./pictures')
const { THEMES, colours, config } = require('./theme')

/** Of letters of the usual fonts, as a part of their height: the mean, and a little more. */
const LETTER_WIDTH = 0.64

/**
 * Draws the pictures of a run with vega, which must be installed in bench/. `node bench/plots FILE FOLDER`
 * draws those of a file that `--json` wrote.
 *
 * @param {object} run the content of that file
 * @param {string} folder is made; holds an SVG of each picture for light and for dark pages afterwards
 * @returns {Promise<string[]>} the names of the files
 */
async function draw(run, folder) {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
  const content = { ...run, buses: run.buses.map((bus) => ({ ...bus, title: short(bus.title) })) }
  // Without a canvas vega takes letters for half as wide again as they are, and leaves room for that.
  vega.textMetrics.width = ({ fontSize }, text) => LETTER_WIDTH * String(text).length * fontSize
  fs.mkdirSync(folder, { recursive: true })
  const names = []
  for (const [name, picture] of Object.entries(PICTURES)) {
    const specification = picture(content)
    if (!specification) continue
    const drawn = new Set(specification.data.values.map(({ bus }) => bus))
    for (const theme of Object.keys(THEMES)) {
      const { own } = FACES[content.settings.face]
      const range = colours(theme, content.buses, own, drawn)
      const themed = { ...specification, config: config(theme) }
      const { spec } = vegaLite.compile(withColours(themed, range))
      const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG()
      names.push(`${name}-${theme}.svg`)
      fs.writeFileSync(path.join(folder, names.at(-1)), `${svg}\n`)
    }
  }
  return names
}

/**
 * @param {string} title of a bus
 * @returns {string} that of which there is room in a picture
 */
function short(title) {
  return title.replace('thin connector on', 'on')
}

/**
 * @param {any} part of a specification
 * @param {{domain: string[], range: string[]}} scale
 * @returns {any} the same, in which each colour by bus has this scale
 */
function withColours(part, scale) {
  if (Array.isArray(part)) return part.map((each) => withColours(each, scale))
  if (part === null || typeof part !== 'object') return part
  const entries = Object.entries(part).map(([key, value]) => [
    key,
    key === 'color' && value.field === 'bus' ? { ...value, scale } : withColours(value, scale)
  ])
  return Object.fromEntries(entries)
}

module.exports = { draw }

if (require.main === module) {
  const [file, folder] = process.argv.slice(2)
  draw(JSON.parse(fs.readFileSync(file, 'utf8')), folder)
}
