'use strict'

const { useNodes, collect, filled, ready, close } = require('../../support/nodes')

/** F9 */
module.exports = function joiningSuite(broker) {
  describe('joining', () => {
    const nodes = useNodes(broker)

    test('F9 the reply to a request published right after a subscribe is never missed', async () => {
      const [old] = await nodes.start(1)
      old.subscribe('E_SUB', (request) => old.publish('E_SUB', { reply: request.from }))
      for (let from = 0; from < 30; from++) {
        const joiner = nodes.create()
        const messages = collect(joiner, 'E_SUB')
        joiner.publish('E_SUB', { from })
        expect((await filled(messages, 1))[0]).toEqual({ reply: from })
        await close(joiner)
      }
    })

    test('F9 nor by a node that is ready when it subscribes', async () => {
      const [old, ...joiners] = await nodes.start(11)
      old.subscribe('ask', (from) => old.publish(`answer ${from}`, from))
      const inboxes = joiners.map((joiner, from) => {
        const messages = collect(joiner, `answer ${from}`)
        joiner.publish('ask', from)
        return messages
      })
      await Promise.all(inboxes.map((messages) => filled(messages, 1)))
      expect(inboxes).toEqual(joiners.map((_, from) => [from]))
    })

    test('F9 a node gets nothing that was published before it was there', async () => {
      const [sender] = await nodes.start(1)
      for (let n = 0; n < 100; n++) sender.publish('E', 'old')
      await new Promise((resolve) => {
        sender.once('close', resolve)
        sender.close()
      })
      const receiver = nodes.create()
      const messages = collect(receiver, 'E')
      await ready(receiver)
      sender.init()
      sender.publish('E', 'new')
      expect(await filled(messages, 1)).toEqual(['new'])
    })

    test('F9 a node that comes back gets nothing that it missed', async () => {
      const [sender, receiver] = await nodes.start(2)
      await close(receiver)
      sender.publish('E', 'missed')
      await close(sender)
      receiver.init()
      const messages = collect(receiver, 'E')
      await ready(receiver)
      sender.init()
      sender.publish('E', 'new')
      expect(await filled(messages, 1)).toEqual(['new'])
    })
  })
}
