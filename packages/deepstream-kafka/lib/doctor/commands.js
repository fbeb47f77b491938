'use strict'

/**
 * Commands of Kafka's own tools, as the cures name them.
 *
 * @param {{ connectionString: string, topic: string, properties: Record<string, string> }} options checked ones
 */
function commandsFor({ connectionString, topic, properties }) {
  const protocol = properties['security.protocol']
  // With TLS or SASL the tools have to be told how to log in, see docs/security.md.
  const login =
    protocol && !/^plaintext$/i.test(protocol) ? ' --command-config client.properties' : ''
  const tool = (name) => `${name} --bootstrap-server ${connectionString}${login}`
  const user = /^sasl/i.test(protocol ?? '') ? properties['sasl.username'] : undefined
  return {
    /** Changes settings of the topic. */
    configure: (settings) =>
      `${tool('kafka-configs.sh')} --alter --entity-type topics --entity-name ${topic} --add-config ` +
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}`)
        .join(),
    /** Gives this user rights on the topic. */
    allow: (...operations) =>
      `${tool('kafka-acls.sh')} --add --allow-principal ${quoted(`User:${user ?? 'NAME'}`)} ` +
      `${operations.map((operation) => `--operation ${operation}`).join(' ')} --topic ${topic}`,
    /** Shows the topic, its leaders and its replicas. */
    describe: () => `${tool('kafka-topics.sh')} --describe --topic ${topic}`
  }
}

/** For a shell. */
function quoted(text) {
  return /^[\w:=.,@/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

module.exports = { commandsFor }
