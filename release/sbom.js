'use strict'

const CDX = require('@cyclonedx/cyclonedx-library')
const { components } = require('./components')
const { runtimeModules } = require('./runtime-modules')

/**
 * A bill of materials of a release in CycloneDX 1.6: https://cyclonedx.org/docs/1.6/json/
 *
 * @param {{name: string, version: string, description: string, license: string}} manifest of the main package
 * @returns {string} JSON
 */
function sbom({ name, version, description, license }) {
  const bom = new CDX.Models.Bom()
  bom.metadata.timestamp = new Date()
  bom.metadata.component = new CDX.Models.Component(CDX.Enums.ComponentType.Library, name, {
    version,
    description,
    licenses: licences(license),
    purl: `pkg:npm/${name}@${version}`,
    bomRef: name
  })
  for (const each of [...components(), ...runtimeModules().map(npmComponent)]) {
    const component = new CDX.Models.Component(CDX.Enums.ComponentType.Library, each.name, {
      version: each.version,
      licenses: licences(each.license),
      purl: each.purl,
      bomRef: `${each.name} ${each.version ?? ''}`.trim()
    })
    bom.components.add(component)
    bom.metadata.component.dependencies.add(component.bomRef)
  }
  const normalizer = new CDX.Serialize.JSON.Normalize.Factory(CDX.Spec.Spec1dot6)
  return new CDX.Serialize.JsonSerializer(normalizer).serialize(bom, { space: 2, sortLists: true })
}

function npmComponent({ name, version, license }) {
  return { name, version, license, purl: `pkg:npm/${name.replace('@', '%40')}@${version}` }
}

function licences(expression) {
  return new CDX.Models.LicenseRepository([new CDX.Models.LicenseExpression(expression)])
}

module.exports = { sbom }
