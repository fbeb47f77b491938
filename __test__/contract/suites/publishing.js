'use strict'

const { useNodes, collect, filled, settled } = require('../../support/nodes')

/** F5 and, as far as other connectors see it, F6 */
module.exports = function publishingSuite(broker) {
  describe('publishing', () => {
    const nodes = useNodes(broker)

    /** @returns {Promise<unknown>} what another node gets for the message */
    async function sent(message) {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      sender.publish('E', message)
      return (await filled(messages, 1))[0]
    }

    test('F5 a message changed right after publish arrives as it was', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      const message = { action: 'REQ', data: ['a', { b: 1 }] }
      sender.publish('E', message)
      message.action = 'changed'
      message.data[1].b = 2
      delete message.data
      message.isCompleted = true
      expect(await filled(messages, 1)).toEqual([{ action: 'REQ', data: ['a', { b: 1 }] }])
      expect(message).toEqual({ action: 'changed', isCompleted: true })
    })

    test('F5 a message changed before ready arrives as it was', async () => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'E')
      const sender = nodes.create()
      const message = { n: 1 }
      sender.publish('E', message)
      message.n = 2
      expect(await filled(messages, 1)).toEqual([{ n: 1 }])
    })

    test('F5 only what JSON cannot say is thrown', async () => {
      const [node] = await nodes.start(1)
      const circle = {}
      circle.self = circle
      expect(() => node.publish('E', circle)).toThrow(TypeError)
      expect(() => node.publish('E', 1n)).toThrow(TypeError)
      const angry = {
        toJSON() {
          throw new RangeError('mine')
        }
      }
      expect(() => node.publish('E', angry)).toThrow(new RangeError('mine'))
      expect(node.publish('E', {})).toBeUndefined()
    })

    test('F5 publishes and subscribes before ready take effect in their order', async () => {
      const [early] = await nodes.start(1)
      const seen = collect(early, 'to-early')
      const late = nodes.create()
      const messages = collect(late, 'to-late')
      early.subscribe('to-early', (n) => early.publish('to-late', -n))
      for (let n = 1; n <= 1000; n++) late.publish('to-early', n)
      expect(late.isReady).toBe(false)
      const numbers = Array.from({ length: 1000 }, (_, index) => index + 1)
      expect(await filled(seen, 1000)).toEqual(numbers)
      expect(await filled(messages, 1000)).toEqual(numbers.map((n) => -n))
    })

    test('F5 publishes before and after ready keep their order', async () => {
      const [receiver] = await nodes.start(1)
      const messages = collect(receiver, 'E')
      const sender = nodes.create()
      let n = 0
      while (!sender.isReady) {
        // Not so many that a machine that connects slowly has more to do than one that is fast.
        for (let burst = 0; burst < 10 && n < 10000; burst++) sender.publish('E', n++)
        await new Promise((resolve) => setImmediate(resolve))
      }
      const end = n + 1000
      while (n < end) sender.publish('E', n++)
      const numbers = Array.from({ length: end }, (_, index) => index)
      expect(await filled(messages, end)).toEqual(numbers)
    })

    test('F5 publish after close does nothing', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      const closed = new Promise((resolve) => sender.once('close', resolve))
      sender.close()
      await closed
      sender.publish('E', 'late')
      const [other] = await nodes.start(1)
      await settled(other, receiver)
      expect(messages).toEqual([])
    })

    test.each([
      ['null', null],
      ['true', true],
      ['zero', 0],
      ['a negative checksum', -1292980827],
      ['a checksum beyond 2^32', 6746614443],
      ['2^53 - 1', Number.MAX_SAFE_INTEGER],
      ['a fraction', 0.5783335954763074],
      ['the largest number', Number.MAX_VALUE],
      ['the smallest number', Number.MIN_VALUE],
      ['an empty text', ''],
      ['an empty list', []],
      ['an empty object', {}],
      ['control characters', 'E\u001fEVT\u001fev1\u001e\u0000\u007f'],
      ['line separators', '\u2028\u2029'],
      ['astral characters', 'ü€😀𝒳'],
      ['a byte order mark', '\ufeff'],
      ['lone surrogates', ['\ud800', 'a\udc00b', '\udfff\ud800']],
      ['what looks like an envelope', { data: [1], _s: 'me' }],
      ['what looks like the end of one', '","_s":"x"}'],
      ['text that breaks a list', '1],[2'],
      ['an own __proto__', JSON.parse('{"__proto__":{"a":1},"constructor":2}')],
      ['JSON in JSON', { data: ['rec/2', 1, '{"new":1}', '{}'] }],
      ['long text', 'ab€'.repeat(100000)]
    ])('F6 %s arrives as it was', async (_, message) => {
      expect(await sent(message)).toStrictEqual(message)
    })

    test('F6 undefined arrives as undefined', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      for (const message of [1, undefined, undefined, 2, () => {}, Symbol('s'), 3]) {
        sender.publish('E', message)
      }
      expect(await filled(messages, 7)).toEqual([
        1,
        undefined,
        undefined,
        2,
        undefined,
        undefined,
        3
      ])
    })

    test('F6 what JSON does not know arrives as JSON.stringify says', async () => {
      const data = [undefined, NaN, Infinity, -Infinity, () => {}]
      const message = { data, gone: undefined, at: new Date(0), minusZero: -0 }
      expect(await sent(message)).toStrictEqual({
        data: [null, null, null, null, null],
        at: '1970-01-01T00:00:00.000Z',
        minusZero: 0
      })
    })

    test('F6 text that is split between two messages stays what it is', async () => {
      const [sender, receiver] = await nodes.start(2)
      const messages = collect(receiver, 'E')
      const texts = ['\ud83d', '\ude00', '"', '\\', '\\"', '[', ']', ',', '{', '}']
      texts.forEach((text) => sender.publish('E', text))
      expect(await filled(messages, texts.length)).toEqual(texts)
    })

    test('F6 lists nested 1,000 deep arrive', async () => {
      const text = '['.repeat(1000) + ']'.repeat(1000)
      expect(JSON.stringify(await sent(JSON.parse(text)))).toBe(text)
    })

    // The embedded broker keeps no more than 4 MiB.
    const megabytes = broker.isReal ? 5 : 3
    test(`F6 a message of ${megabytes} MB arrives`, async () => {
      const message = { text: 'x'.repeat(megabytes * 1e6) }
      expect(await sent(message)).toEqual(message)
    })
  })
}
