'use strict'

const { once } = require('node:events')
const MessageConnector = require('..')

/** Longer than anything takes on a busy machine, in milliseconds. */
const PATIENCE_MS = 30000

/** What may happen to a connector between its construction and its end. */
const LIVES = [
  async function talk(node, hear) {
    await ready(node)
    await hear(node)
    await close(node)
  },
  async function closeBeforeReady(node) {
    await close(node)
  },
  async function talkTwice(node, hear) {
    await ready(node)
    await hear(node)
    await close(node)
    node.init()
    await ready(node)
    await hear(node)
    await close(node)
  }
]

/** Opens connectors, lets each say something, and closes them. */
class Cycles {
  #options
  #receiver
  /** What each of those that have spoken is waiting for. */
  #heard = new Map()
  #count = 0
  /** @type {string[]} what connectors emitted as 'error' */
  errors = []
  /** The longest close(), in milliseconds. */
  longestCloseMs = 0

  /** @param {object} options of the connectors */
  constructor(options) {
    this.#options = options
    this.#receiver = this.#create()
    this.#receiver.subscribe('soak', (number) => this.#heard.get(number)?.())
  }

  /** @returns {Promise<void>} when somebody hears what connectors say */
  ready() {
    return ready(this.#receiver)
  }

  /** @returns {Promise<void>} after one connector's life */
  async run() {
    const node = this.#create()
    const live = LIVES[this.#count++ % LIVES.length]
    await live(node, (speaker) => this.#hear(speaker))
  }

  /** @returns {Promise<void>} when nobody hears anything any more */
  end() {
    return close(this.#receiver)
  }

  #create() {
    const node = new MessageConnector(this.#options)
    node.on('error', ({ code, message }) => this.errors.push(`${code}: ${message}`))
    const closing = node.close
    node.close = () => {
      const start = performance.now()
      node.once('close', () => {
        this.longestCloseMs = Math.max(this.longestCloseMs, performance.now() - start)
      })
      closing.call(node)
    }
    return node
  }

  async #hear(node) {
    const number = Math.random()
    const heard = new Promise((resolve) => this.#heard.set(number, resolve))
    node.publish('soak', number)
    await inTime(heard, 'a message to arrive')
    this.#heard.delete(number)
  }
}

async function ready(node) {
  if (!node.isReady) await inTime(once(node, 'ready'), 'ready')
}

async function close(node) {
  const closed = once(node, 'close')
  node.close()
  await inTime(closed, 'close')
}

/** @returns {Promise<unknown>} the promise's value */
async function inTime(promise, what) {
  let timer
  const late = new Promise((_, reject) => {
    const error = new Error(`Waited ${PATIENCE_MS} ms in vain for ${what}`)
    timer = setTimeout(() => reject(error), PATIENCE_MS)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

module.exports = { Cycles, inTime }
