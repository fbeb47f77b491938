'use strict'

const fs = require('fs')
const { MEASURES, valuesOf } = require('../measures')
const { summary } = require('../statistics')

/**
 * @param {object[]} repetitions
 * @returns {object} median, min and max by measure
 */
function summaries(repetitions) {
  const entries = MEASURES.map((measure) => [measure.key, valuesOf(measure, repetitions)])
  const measured = entries.filter(([, values]) => values)
  return Object.fromEntries(measured.map(([key, values]) => [key, summary(values)]))
}

/**
 * @param {object} settings
 * @returns {object} without those that name folders of this machine
 */
function published({ json, cpuProf, packages, pictures, ...others }) {
  return others
}

/**
 * @param {string} file
 * @param {object} content
 */
function write(file, content) {
  fs.writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)
}

/**
 * @param {object} run
 * @param {object} run.facts
 * @param {object} run.settings
 * @param {object|null} run.own the result of overhead()
 * @param {{bus: object, repetitions: object[]}[]} run.results
 * @returns {object} what `--json` writes, and what is drawn
 */
function comparison({ facts, settings, own, results }) {
  const units = Object.fromEntries(MEASURES.map(({ key, unit }) => [key, unit]))
  const buses = results.map(({ bus, repetitions }) => ({
    name: bus.name,
    title: bus.title,
    summary: summaries(repetitions),
    repetitions
  }))
  return { facts, settings: published(settings), units, overhead: own, buses }
}

/**
 * @param {string} file
 * @param {object} run
 * @param {object} run.facts
 * @param {object} run.settings
 * @param {{bus: object, runs: object[]}[]} run.results
 */
function writeStalls(file, { facts, settings, results }) {
  const buses = results.map(({ bus, runs }) => ({ name: bus.name, title: bus.title, runs }))
  write(file, { facts, settings: published(settings), buses })
}

module.exports = { comparison, write, writeStalls }
