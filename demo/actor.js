'use strict'

/**
 * A process that can be killed, paused and started again from the page.
 *
 * @typedef {'up' | 'paused' | 'down' | 'starting'} State
 */
class Actor {
  #acts
  #state = 'up'

  /**
   * @param {string} name
   * @param {object | false} [acts] what can be done to it; nothing if absent
   * @param {() => Promise<void>} acts.kill by SIGKILL
   * @param {() => void} acts.pause by SIGSTOP
   * @param {() => void} acts.resume by SIGCONT
   * @param {() => Promise<void>} acts.start
   * @param {() => Promise<void>} acts.restart in order
   */
  constructor(name, acts) {
    this.name = name
    this.#acts = acts
  }

  /** @returns {State} */
  get state() {
    return this.#state
  }

  /** @returns {string[]} what can be done to it now */
  get choices() {
    if (!this.#acts) return []
    return {
      up: ['kill', 'pause', 'restart'],
      paused: ['kill', 'resume'],
      down: ['start'],
      starting: []
    }[this.#state]
  }

  /**
   * @param {string} act one of its choices
   * @returns {Promise<void>} when it is done
   * @throws {Error} when it is none of them, or fails
   */
  async do(act) {
    if (!this.choices.includes(act))
      throw new Error(`${this.name} is ${this.#state}: no ${act} now`)
    const before = this.#state
    this.#state = {
      kill: 'down',
      pause: 'paused',
      resume: 'up',
      start: 'starting',
      restart: 'starting'
    }[act]
    try {
      await this.#acts[act]()
      if (this.#state === 'starting') this.#state = 'up'
    } catch (error) {
      this.#state = act === 'restart' ? 'down' : before
      throw error
    }
  }
}

module.exports = { Actor }
