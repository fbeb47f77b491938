'use strict'

const { fork, spawn } = require('child_process')
const path = require('path')
const { createInterface } = require('readline')
const { LOWEST_NUMBER, eventMessage } = require('../event-message')

/**
 * The process of a participant.
 *
 * @typedef {object} Process
 * @property {import('child_process').ChildProcess} child
 * @property {(request: {id: number, call: string, argument?: object}) => void} send
 * @property {(receive: (answer: {id: number, result?: any, error?: string}) => void) => void} onAnswer
 * @property {() => void} close it exits then by itself
 */

/**
 * @param {string[]} execArgv options for Node, such as those of its profiler
 * @returns {Process} with a connector, see main.js
 */
function node(execArgv) {
  const main = path.join(__dirname, 'main.js')
  const child = fork(main, [], { serialization: 'advanced', execArgv })
  return {
    child,
    send: (request) => child.send(request),
    onAnswer: (receive) => child.on('message', receive),
    close: () => child.connected && child.disconnect()
  }
}

/**
 * @param {string} file
 * @returns {Process} a program that makes its messages from a template, see librdkafka/main.rs
 */
function program(file) {
  const child = spawn(file, [], { stdio: ['pipe', 'pipe', 'inherit'] })
  return {
    child,
    send({ argument, ...request }) {
      const template = JSON.stringify(eventMessage(LOWEST_NUMBER, argument?.bytes))
      const whole = { ...request, argument: { ...argument, template } }
      child.stdin.write(`${JSON.stringify(whole)}\n`)
    },
    onAnswer(receive) {
      createInterface({ input: child.stdout }).on('line', (line) => receive(JSON.parse(line)))
    },
    close: () => child.stdin.end()
  }
}

module.exports = { node, program }
