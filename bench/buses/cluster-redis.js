'use strict'

const { ClusterNodeConnector } = require('./cluster-node')

module.exports = {
  name: 'cluster-redis',
  title: '@deepstream/clusternode-redis',
  server: require('../servers/redis'),
  needs: 'bench',
  version: () => require('@deepstream/clusternode-redis/package.json').version,
  load() {
    const { default: RedisClusterNode } = require('@deepstream/clusternode-redis')
    return ({ host, port }) => new ClusterNodeConnector(RedisClusterNode, { host, port })
  }
}
