/** Two connectors and two cluster nodes exchange a message; prints it, and the files of the addons that are loaded. */
const alive = setInterval(() => {}, 1000)
const MessageConnector = require('deepstream.io-msg-kafka')
const KafkaClusterNode = require('deepstream.io-clusternode-kafka')

async function connectors() {
  const [a, b] = [1, 2].map(() => new MessageConnector({ connectionString: 'embedded' }))
  await Promise.all([a, b].map((each) => new Promise((resolve) => each.once('ready', resolve))))
  const received = new Promise((resolve) => b.subscribe('E', resolve))
  a.publish('E', { text: 'Grüße' })
  const message = await received
  const closed = [a, b].map((each) => new Promise((resolve) => each.once('close', resolve)))
  for (const each of [a, b]) each.close()
  await Promise.all(closed)
  return message
}

async function clusterNodes() {
  const services = { logger: { warn() {}, error: console.error, fatal: console.error } }
  const options = { connectionString: 'embedded' }
  const [a, b] = ['a', 'b'].map(
    (serverName) => new KafkaClusterNode(options, services, { serverName })
  )
  await Promise.all([a.whenReady(), b.whenReady()])
  const received = new Promise((resolve) => b.subscribe(4, resolve))
  a.send({ topic: 4, action: 1, text: 'Grüße' })
  const message = await received
  await Promise.all([a.close(), b.close()])
  return message
}

async function main() {
  const messages = [(await connectors()).text, (await clusterNodes()).text]
  clearInterval(alive)
  const addons = Object.keys(require.cache).filter((file) => file.endsWith('.node'))
  console.log(JSON.stringify({ messages, addons }))
}

main()
