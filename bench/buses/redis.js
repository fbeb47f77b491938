'use strict'

module.exports = {
  name: 'redis',
  title: 'deepstream.io-msg-redis',
  server: require('../servers/redis'),
  needs: 'bench',
  version: () => require('deepstream.io-msg-redis/package.json').version,
  load() {
    const RedisConnector = require('deepstream.io-msg-redis')
    return ({ host, port }) => new RedisConnector({ host, port })
  }
}
