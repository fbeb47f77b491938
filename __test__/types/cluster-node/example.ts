/**
 * Compiles against the @deepstream/types that come with a deepstream server, and each line under
 * `@ts-expect-error` does not. deepstream-7.0.2.test.js does it, because it installs that server.
 */
import type { ClusterNodePlugin, DeepstreamClusterNode } from '@deepstream/types'
import type { DeepstreamConfig, DeepstreamServices } from '@deepstream/types'
import KafkaClusterNode = require('../../../cluster-node')

declare const services: DeepstreamServices
declare const config: DeepstreamConfig

const plugin: ClusterNodePlugin<KafkaClusterNode.Options> = KafkaClusterNode
const options: KafkaClusterNode.Options = { connectionString: 'kafka-1:9092', topic: 'my-cluster' }
const node: DeepstreamClusterNode = new plugin(options, services, config)
const kafka = new KafkaClusterNode.default(options, services, config)
services.clusterNode = kafka
services.clusterNode = node

interface Status {
  topic: number
  leaderScore: number
}
kafka.subscribe<Status>(9, ({ leaderScore }, originServerName: string) => {
  const status: Status = { topic: 9, leaderScore }
  kafka.sendDirect(originServerName, status, { any: 'meta data' })
})
kafka.send({ topic: 4 })
kafka.description = `mine, in place of ${kafka.description}`
const ready: Promise<void> = kafka.whenReady()
const closed: Promise<void> = kafka.close()
const { sender, filteredDirect }: KafkaClusterNode.Stats = kafka.stats()
console.log(ready, closed, sender, filteredDirect)

// @ts-expect-error the services are required
new KafkaClusterNode(options)
// @ts-expect-error the connectionString is required
new KafkaClusterNode({ topic: 'my-cluster' }, services, config)
// @ts-expect-error a message has a topic
kafka.send({ name: 'e' })
// @ts-expect-error topics are numbers
kafka.subscribe('EVENT', () => {})
