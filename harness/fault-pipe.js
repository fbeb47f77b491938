'use strict'

const { reset } = require('./reset')

/** The most that one turn passes on, in bytes, so that the connections of a link share it. */
const SLICE_BYTES = 16 * 1024

/**
 * One direction of one connection through a FaultProxy: what was read and may not go on yet, in its
 * order. The end of the connection waits in the same queue, so that it cannot overtake the bytes
 * before it.
 */
class FaultPipe {
  /** @type {{ bytes?: Buffer, leave?: () => void, dueAt: number }[]} */
  #queue = []
  #heldBytes = 0
  #source
  #destination
  #wake
  #isFull = false
  #isFrozen = false
  #isOver = false

  /**
   * @param {import('node:net').Socket} source
   * @param {import('node:net').Socket} destination
   * @param {() => number} delayMs asked at each arrival
   * @param {() => void} wake called when there may be something to pass on
   */
  constructor(source, destination, delayMs, wake) {
    this.#source = source
    this.#destination = destination
    this.#wake = wake
    /** Bytes that have passed. */
    this.passedBytes = 0
    const enqueue = (entry) => {
      if (this.#isOver) return
      this.#heldBytes += entry.bytes?.length ?? 0
      this.#queue.push({ ...entry, dueAt: performance.now() + delayMs() })
      wake()
    }
    source.on('data', (bytes) => enqueue({ bytes }))
    source.on('end', () => enqueue({ leave: () => destination.end() }))
    source.on('close', (hadError) => {
      if (hadError) enqueue({ leave: () => reset(destination) })
    })
    destination.on('drain', () => {
      this.#isFull = false
      wake()
    })
    destination.on('close', () => this.#end())
  }

  /** When the first of the queue may go on, in performance.now()'s time; Infinity: not by time. */
  get dueAt() {
    if (this.#isFull || this.#isFrozen || this.#queue.length === 0) return Infinity
    return this.#queue[0].dueAt
  }

  /** Nothing of this connection passes this way, whatever the others do. */
  freeze() {
    this.#isFrozen = true
    this.#wake()
  }

  /** Ends freeze(): what was held goes on, in its order. */
  thaw() {
    this.#isFrozen = false
    this.#wake()
  }

  /**
   * Reads on, or lets the sender's own buffers fill, as a link does that takes no more.
   *
   * @param {number} roomBytes how much may wait here
   */
  regulate(roomBytes) {
    const hasRoom = !this.#isFrozen && this.#heldBytes < roomBytes
    if (this.#isOver || hasRoom) this.#source.resume()
    else this.#source.pause()
  }

  /**
   * Passes on one slice, if one is due.
   *
   * @param {number} now performance.now()
   * @param {number} credit most bytes, at least 1
   * @returns {number} how many bytes; 0 for the end of the connection
   */
  pass(now, credit) {
    if (this.dueAt > now) return 0
    const [{ bytes, leave }] = this.#queue
    if (leave) {
      this.#queue.shift()
      leave()
      return 0
    }
    const length = Math.min(bytes.length, SLICE_BYTES, credit)
    if (length < bytes.length) this.#queue[0].bytes = bytes.subarray(length)
    else this.#queue.shift()
    this.#heldBytes -= length
    this.passedBytes += length
    this.#isFull = !this.#destination.write(bytes.subarray(0, length))
    return length
  }

  #end() {
    this.#isOver = true
    this.#queue = []
    this.#heldBytes = 0
    // Without a reader the end of the source would not be noticed.
    this.#source.resume()
  }
}

module.exports = { FaultPipe }
