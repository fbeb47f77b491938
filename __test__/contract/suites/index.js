'use strict'

/**
 * What deepstream expects of a message connector, by the points F1 to F14 of docs/contract.md. Each suite takes the
 * broker to run with: `connectionString`, `shared` (a connectionString that other processes can use as well),
 * `isReal` (Apache Kafka, with its `cluster`), and `createTopic(name)` where nodes cannot create one by themselves.
 */
module.exports = [
  require('./interface'),
  require('./publishing'),
  require('./wire'),
  require('./topics'),
  require('./joining'),
  require('./delivery'),
  require('./closing'),
  require('./processes'),
  require('./troubles'),
  require('./outages'),
  require('./closing-cut-off')
]
