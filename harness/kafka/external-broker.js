'use strict'

/**
 * A broker that was running before us, named by KAFKA_BROKERS: it can be used and not controlled.
 */
class ExternalBroker {
  /** @param {string} address 'host:port' */
  constructor(address) {
    /** 'host:port' for clients. */
    this.address = address
    /** Not known. */
    this.pid = undefined
    /** Not known. */
    this.logFile = undefined
    /** Taken for granted. */
    this.isRunning = true
  }

  /** @throws {Error} always (as a rejection): it is not ours to control */
  async start() {
    this.#refuse('start')
  }

  /** @throws {Error} always (as a rejection): it is not ours to control */
  async stop() {
    this.#refuse('stop')
  }

  /** @throws {Error} always (as a rejection): it is not ours to control */
  async kill() {
    this.#refuse('kill')
  }

  /** @throws {Error} always (as a rejection): it is not ours to control */
  async restart() {
    this.#refuse('restart')
  }

  /** @throws {Error} always: it is not ours to control */
  pause() {
    this.#refuse('pause')
  }

  /** @throws {Error} always: it is not ours to control */
  resume() {
    this.#refuse('resume')
  }

  /** @param {string} what */
  #refuse(what) {
    throw new Error(
      `Cannot ${what} the Kafka broker ${this.address}: KAFKA_BROKERS names it, so it is not ` +
        'ours. Unset KAFKA_BROKERS to let the harness start brokers of its own'
    )
  }
}

module.exports = { ExternalBroker }
