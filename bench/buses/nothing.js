'use strict'

const { EventEmitter } = require('events')

/** A bus without a bus: each message goes straight to the callbacks of the same process. */
class NothingConnector extends EventEmitter {
  constructor() {
    super()
    this.isReady = true
    this.callbacks = new EventEmitter()
    setImmediate(() => this.emit('ready'))
  }

  publish(channel, message) {
    this.callbacks.emit(channel, message)
  }

  subscribe(channel, callback) {
    this.callbacks.on(channel, callback)
  }
}

module.exports = {
  name: 'nothing',
  title: 'the benchmark itself',
  load: () => () => new NothingConnector()
}
