'use strict'

const {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes
} = require('kafkajs')
const { withAdmin } = require('./topics')

/**
 * @typedef {object} Right
 * @property {string} user such as 'alice', or 'CN=client' for one with a certificate
 * @property {'READ' | 'WRITE' | 'CREATE' | 'DESCRIBE' | 'DESCRIBE_CONFIGS' | 'ALTER_CONFIGS' | 'ALL'}
 *   operation and the other names of kafkajs
 * @property {string} [topic] its name, '*' for all
 * @property {string} [group] its name, '*' for all
 * @property {boolean} [isPrefix] whether the name is how names begin (false)
 * @property {boolean} [isDenial] whether it forbids instead (false)
 *
 * A right on neither topic nor group is one on the cluster.
 */

/** What users of a secured cluster may do. */
class Acls {
  #addresses

  /** @param {() => string[]} addresses those of the running brokers, by PLAINTEXT */
  constructor(addresses) {
    this.#addresses = addresses
  }

  /**
   * @param {Right[]} rights
   * @returns {Promise<void>} when the controller has them; brokers follow within milliseconds
   */
  async add(...rights) {
    await withAdmin(this.#addresses(), (admin) => admin.createAcls({ acl: rights.map(entry) }))
  }

  /**
   * @param {Right[]} rights exactly as they were added
   * @returns {Promise<void>} when the controller has them no more
   * @throws {Error} when one was not there
   */
  async remove(...rights) {
    const filters = rights.map(entry)
    const { filterResponses } = await withAdmin(this.#addresses(), (admin) =>
      admin.deleteAcls({ filters })
    )
    const missing = filterResponses.findIndex(({ matchingAcls }) => matchingAcls.length === 0)
    if (missing >= 0) throw new Error(`There is no right ${JSON.stringify(rights[missing])}`)
  }
}

/** @param {Right} right */
function entry({ user, operation, topic, group, isPrefix = false, isDenial = false }) {
  const resource =
    topic !== undefined
      ? { resourceType: AclResourceTypes.TOPIC, resourceName: topic }
      : group !== undefined
        ? { resourceType: AclResourceTypes.GROUP, resourceName: group }
        : { resourceType: AclResourceTypes.CLUSTER, resourceName: 'kafka-cluster' }
  if (AclOperationTypes[operation] === undefined) throw new Error(`No operation ${operation}`)
  return {
    ...resource,
    resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: '*',
    operation: AclOperationTypes[operation],
    permissionType: isDenial ? AclPermissionTypes.DENY : AclPermissionTypes.ALLOW
  }
}

module.exports = { Acls }
