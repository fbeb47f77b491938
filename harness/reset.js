'use strict'

/**
 * Resets a connection (RST). One whose end is on its way at this moment is closed instead: Node 20
 * would never close it, and the process would not exit, because libuv refuses to reset it and Node
 * overlooks that.
 *
 * @param {import('node:net').Socket} socket
 */
function reset(socket) {
  const isEnding = socket.writableEnded && !socket.writableFinished
  if (isEnding) socket.destroy()
  else socket.resetAndDestroy()
}

module.exports = { reset }
