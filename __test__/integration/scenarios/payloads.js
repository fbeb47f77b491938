'use strict'

const { eventually } = require('../../../harness/eventually')
const { openRecord, settled } = require('../../../harness/deepstream/verbs')
const { unique } = require('../support/fixture')

const MEGABYTE = 1024 * 1024

/** @param {ReturnType<import('../support/fixture').useCluster>} fixture at least two servers */
function payloadScenarios(fixture) {
  describe('unusual names and sizes', () => {
    test.each([
      ['letters beyond ASCII', 'Zürich/東京 😀'],
      ['spaces and punctuation', 'a b, c... #?%&{}"\\'],
      ['three hundred letters', 'x'.repeat(300)]
    ])("an event's name can have %s", async (_what, name) => {
      const [emitter, listener] = fixture.clients
      const received = []
      listener.event.subscribe(name, (data) => received.push(data))
      await settled(listener)

      emitter.event.emit(name, 'here')

      await eventually(() => received.length > 0)
      expect(received).toEqual(['here'])
    })

    test('a record of 3 MB reaches another node, and what follows it too', async () => {
      const name = unique('big')
      const [mine, theirs] = await Promise.all([
        openRecord(fixture.clients[0], name),
        openRecord(fixture.clients[1], name)
      ])
      const text = 'quoted "text" in Zürich 😀 '.repeat(Math.ceil((3 * MEGABYTE) / 30))

      mine.set({ text })
      mine.set('after', true)

      await eventually(() => theirs.get('after') === true, { timeoutMs: 20000 })
      expect(theirs.get('text') === text).toBe(true)
    })
  })
}

module.exports = { payloadScenarios }
