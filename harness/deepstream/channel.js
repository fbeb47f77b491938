'use strict'

/**
 * Calls with answers between a parent and a child process, in both directions, over the IPC
 * channel of child_process.fork().
 */
class Channel {
  /**
   * @param {NodeJS.Process | import('node:child_process').ChildProcess} peer `process` in the
   *   child, the ChildProcess in the parent
   * @param {Record<string, (...args: any[]) => any>} handlers what the peer may call
   */
  constructor(peer, handlers) {
    this._peer = peer
    this._handlers = handlers
    this._pending = new Map()
    this._nextId = 0
    peer.on('message', (message) => this._receive(message))
    peer.on('disconnect', () => this._rejectAll())
  }

  /**
   * @param {string} name one of the peer's handlers
   * @param {...any} args anything JSON can carry
   * @returns {Promise<any>} what the handler returned
   * @throws {Error} with the handler's message, or when the peer is gone
   */
  call(name, ...args) {
    return new Promise((resolve, reject) => {
      const id = this._nextId++
      this._pending.set(id, { name, resolve, reject })
      if (!this._peer.connected) return this._rejectAll()
      this._peer.send({ kind: 'call', id, name, args }, (error) => error && this._rejectAll())
    })
  }

  async _receive({ kind, id, name, args, value, error }) {
    if (kind === 'result') {
      const pending = this._pending.get(id)
      this._pending.delete(id)
      if (!pending) return
      if (error === undefined) pending.resolve(value)
      else pending.reject(new Error(error))
      return
    }
    const result = { kind: 'result', id }
    try {
      result.value = await this._handlers[name](...args)
    } catch (thrown) {
      result.error = thrown instanceof Error ? thrown.message : String(thrown)
    }
    if (this._peer.connected) this._peer.send(result, () => {})
  }

  _rejectAll() {
    const pending = [...this._pending.values()]
    this._pending.clear()
    for (const { name, reject } of pending) {
      reject(new Error(`The process was gone before it answered '${name}'`))
    }
  }
}

module.exports = { Channel }
