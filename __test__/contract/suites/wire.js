'use strict'

const { ForeignClient } = require('../../support/foreign-client')
const { useNodes, collect, filled, settled } = require('../../support/nodes')

/** F 6 and F 10 with a client that is none of ours, which only a real broker serves */
module.exports = function wireSuite(broker) {
  if (!broker.isReal) return

  describe('records', () => {
    const nodes = useNodes(broker)
    let foreign
    beforeEach(() => {
      foreign = new ForeignClient(broker.connectionString, nodes.topic)
    })
    afterEach(() => foreign.close())

    test('F6 a record is {"data":message,"_s":sender} to the byte, its key the topic, without headers', async () => {
      const [node, peer] = await nodes.start(2)
      const { sender } = node.stats()
      const messages = [
        { topic: 'E', data: ['ev1', 'O{"ü":1}'] },
        undefined,
        null,
        'x',
        -0,
        [],
        '\u2028'
      ]
      messages.forEach((message) => node.publish('PRIVATE/x y', message))
      await settled(node, peer)
      const records = await foreign.read(messages.length)
      const s = JSON.stringify(sender)
      expect(records.map(({ value }) => value)).toEqual([
        `{"data":{"topic":"E","data":["ev1","O{\\"ü\\":1}"]},"_s":${s}}`,
        `{"_s":${s}}`,
        `{"data":null,"_s":${s}}`,
        `{"data":"x","_s":${s}}`,
        `{"data":0,"_s":${s}}`,
        `{"data":[],"_s":${s}}`,
        `{"data":"\u2028","_s":${s}}`
      ])
      for (const record of records) {
        expect(record).toMatchObject({ key: 'PRIVATE/x y', partition: 0, headers: {} })
      }
    })

    test('F6 the sender begins with the clientId, whatever is in it', async () => {
      const clientId = 'srv "1"\\ü😀'
      const [node, peer] = await nodes.start(2, { clientId })
      const [toNode, toPeer] = [collect(node, 'E'), collect(peer, 'E')]
      node.publish('E', 1)
      await filled(toPeer, 1)
      peer.publish('E', 2)
      await filled(toNode, 1)
      const [{ value }] = await foreign.read(1)
      expect(JSON.parse(value)._s).toBe(node.stats().sender)
      expect(node.stats().sender.startsWith(`${clientId}-`)).toBe(true)
      expect([toNode, toPeer]).toEqual([[2], [1]])
    })

    test('F6 JSON that another client wrote is read as JSON.parse reads it', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      const jsons = [
        '-0',
        '1e400',
        '-1e400',
        '1E-400',
        '9007199254740993',
        '123456789012345678901234567890',
        '0.1000000000000000055511151231257827',
        '"\\ud800"',
        '"\\uD83D\\uDE00\\u0000\\/"',
        '"\u2028\u2029😀\u007f"',
        ' {"a" :\n[ 1 ,\t2 ] } ',
        '{"a":1,"a":2}',
        '{"__proto__":1,"_s":"x","data":{"_s":"y"}}',
        '""',
        '{"":""}'
      ]
      await foreign.writeMessages('E', jsons)
      expect(await filled(messages, jsons.length)).toStrictEqual(
        jsons.map((json) => JSON.parse(json))
      )
      expect(Object.is(messages[0], -0)).toBe(true)
    })

    test('F6 lists nested 10,000 deep are read, and their neighbours', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      await foreign.writeMessages('E', ['1', '['.repeat(10000) + ']'.repeat(10000), '2'])
      await filled(messages, 3)
      let depth = 0
      for (let list = messages[1]; list; list = list[0]) depth++
      expect([messages[0], depth, messages[2]]).toEqual([1, 10000, 2])
    })

    test('F6 envelopes with other members, order and spacing are understood', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      await foreign.write('E', [
        '{"_s":"x","data":1}',
        ' { "data" : 2 , "_s" : "x" } ',
        '{"data":3,"more":[{}],"_s":"x","even":null}',
        '{"_s":"x"}',
        '{"_s":"\\u0078","data":{"_s":"y"}}',
        '{"data":",\\"_s\\":\\"x\\"}","_s":""}'
      ])
      const expected = [1, 2, 3, undefined, { _s: 'y' }, ',"_s":"x"}']
      expect(await filled(messages, expected.length)).toEqual(expected)
    })

    test('F10 records with the own sender are dropped, whoever wrote them', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      await foreign.writeMessages('E', ['"own"'], node.stats().sender)
      await foreign.writeMessages('E', ['"foreign"'])
      expect(await filled(messages, 1)).toEqual(['foreign'])
      expect(node.stats().filteredOwn).toBe(1)
    })

    test('F14 records that are no messages become errors, and harm none of their neighbours', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      const garbage = [
        'not json',
        'null',
        '[]',
        '{"data":1}',
        '{"data":1,"_s":7}',
        '{"data":1],[2,"_s":"x"}',
        '{"data":1,2,"_s":"x"}',
        '{"data":,"_s":"x"}',
        '{"data":1,"_s":"x"}}',
        Buffer.from([0xff, 0xfe]),
        Buffer.from('{"data":"\xff","_s":"x"}', 'latin1'),
        '',
        null
      ]
      const good = garbage.map((_, n) => `{"data":${n},"_s":"x"}`)
      await foreign.write(
        'E',
        garbage.flatMap((value, n) => [value, good[n]])
      )
      await filled(messages, good.length)
      expect(messages).toEqual(good.map((_, n) => n))
      expect(node.stats()).toMatchObject({ invalid: garbage.length, delivered: good.length })
      const errors = await nodes.takeErrorsWith('ERR_KAFKA_INVALID_RECORD')
      expect(errors.length).toBeLessThanOrEqual(garbage.length)
      for (const error of errors) {
        expect(error).toBeInstanceOf(Error)
        expect(error).toMatchObject({ topic: 'E', retriable: false })
        expect(String(error)).toMatch(/^Kafka error: A record of \d+ bytes for 'E'/)
      }
    })

    test('F14 records without a key are dropped', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      await foreign.write(null, ['{"data":1,"_s":"x"}', 'garbage'])
      await foreign.writeMessages('E', ['2'])
      expect(await filled(messages, 1)).toEqual([2])
      expect(node.stats().filteredUnsubscribed).toBe(2)
    })
  })
}
