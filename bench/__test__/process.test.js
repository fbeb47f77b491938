'use strict'

const fs = require('fs')
const os = require('os')
const path = require('path')
const { LOWEST_NUMBER, eventMessage } = require('../event-message')
const { Participant } = require('../participant')
const { node, program } = require('../participant/process')

/** Answers each request with its argument, but that of `fail` with an error. */
const ECHO = `#!${process.execPath}
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, call, argument } = JSON.parse(line)
  console.log(JSON.stringify(call === 'fail' ? { id, error: 'refused' } : { id, result: argument }))
})
`

let folder
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'process-test-'))
  fs.writeFileSync(path.join(folder, 'echo'), ECHO, { mode: 0o755 })
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

test('a program is asked in lines of JSON, and gets a message to make others from', async () => {
  const participant = new Participant('program', program(path.join(folder, 'echo')))
  const { count, template } = await participant.ask('flood', { count: 3, bytes: 1000 })
  expect(count).toBe(3)
  expect(JSON.parse(template)).toEqual(eventMessage(LOWEST_NUMBER, 1000))
  await expect(participant.ask('fail')).rejects.toThrow('program: refused')
  await participant.stop()
  expect(participant.process.child.exitCode).toBe(0)
})

test('a participant in Node answers the same way', async () => {
  const participant = new Participant('node', node([]))
  await participant.ask('connect', { bus: 'nothing' })
  expect(await participant.ask('listErrors')).toEqual([])
  await expect(participant.ask('nonsense')).rejects.toThrow('node: ')
  await participant.stop()
  expect(participant.process.child.exitCode).toBe(0)
})
