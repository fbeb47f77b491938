'use strict'

const net = require('node:net')

/**
 * Sends one request of Kafka's protocol to one broker.
 *
 * @param {string} address 'host:port' of a listener without TLS and SASL
 * @param {Buffer} request with its length in front
 * @param {number} timeoutMs for the connection and the answer together, in milliseconds
 * @returns {Promise<Buffer>} the response without its length
 * @throws {Error} when the broker is not reached, closes the connection or is silent
 */
function exchange(address, request, timeoutMs) {
  const { hostname: host, port } = new URL(`kafka://${address}`)
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port: Number(port) }, () => socket.write(request))
    const timer = setTimeout(
      () => socket.destroy(new Error(`${address} did not answer within ${timeoutMs} ms`)),
      timeoutMs
    )
    let received = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return
      resolve(received.subarray(4))
      socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => {
      clearTimeout(timer)
      reject(new Error(`${address} closed the connection without an answer`))
    })
  })
}

module.exports = { exchange }
