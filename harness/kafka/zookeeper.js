'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { GuardedProcess } = require('./guarded-process')

/** KRaft was a preview before: https://kafka.apache.org/blog#apache_kafka_331_release_announcement */
const FIRST_WITHOUT = [3, 3]

/**
 * @param {string} kafkaVersion
 * @returns {boolean} whether brokers of that version keep their metadata in ZooKeeper
 */
function needsZooKeeper(kafkaVersion) {
  const [major, minor] = kafkaVersion.split('.').map(Number)
  return major < FIRST_WITHOUT[0] || (major === FIRST_WITHOUT[0] && minor < FIRST_WITHOUT[1])
}

/** The ZooKeeper of a cluster of old brokers. They wait for it, so it need not be waited for. */
class ZooKeeper {
  #process

  /**
   * @param {object} options
   * @param {number} options.port on 127.0.0.1
   * @param {string} options.folder an existing one, for its data
   * @param {string} options.java the command
   * @param {string} options.libs folder that holds Kafka's jars, which ZooKeeper's are among
   */
  constructor({ port, folder, java, libs }) {
    /** 'host:port' */
    this.address = `127.0.0.1:${port}`
    const config = path.join(folder, 'zookeeper.properties')
    fs.writeFileSync(
      config,
      [
        'clientPortAddress=127.0.0.1',
        `clientPort=${port}`,
        `dataDir=${path.join(folder, 'zookeeper')}`,
        'admin.enableServer=false',
        ''
      ].join('\n')
    )
    const main = ['org.apache.zookeeper.server.ZooKeeperServerMain', config]
    const args = ['-Xmx128m', '-XX:+UseSerialGC', '-cp', path.join(libs, '*'), ...main]
    this.#process = new GuardedProcess(java, args, path.join(folder, 'zookeeper.log'))
  }

  /** @returns {Promise<void>} when the process is gone; at once if it was */
  async kill() {
    if (this.#process.isAlive) this.#process.signal('SIGKILL')
    await this.#process.gone()
  }
}

module.exports = { ZooKeeper, needsZooKeeper }
