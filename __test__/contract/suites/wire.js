'use strict'

const os = require('node:os')
const { ForeignClient, record } = require('../../support/foreign-client')
const { useNodes, collect, filled, settled } = require('../../support/nodes')

const OTHER_LIFE = '00000000000000bb'
/** What the first record of a life says of its sender. */
const HOST = `${os.hostname()} ${process.pid}`

/** F6 and F10 with a client that is none of ours, which only a real broker serves */
module.exports = function wireSuite(broker) {
  if (!broker.isReal) return

  describe('records', () => {
    const nodes = useNodes(broker)
    let foreign
    beforeEach(() => {
      foreign = new ForeignClient(broker.connectionString, nodes.topic)
    })
    afterEach(() => foreign.close())

    test('F6 what one tick publishes is one record, as docs/wire-format.md says', async () => {
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
      node.publish('E\n', 1)
      await new Promise(setImmediate)
      await settled(node, peer)
      const [{ headers, ...rest }, next] = await foreign.read(2)
      expect(rest).toEqual({
        key: sender,
        value: '{"topic":"E","data":["ev1","O{\\"ü\\":1}"]}\n\nnull\n"x"\n0\n[]\n"\u2028"\n1',
        partition: 0
      })
      expect(headers).toEqual({
        version: '1',
        life: expect.stringMatching(/^[0-9a-f]{16}$/),
        first: '0',
        runs: '[["PRIVATE/x y",7],["E\\n",1]]',
        host: HOST
      })
      expect(next.headers).toMatchObject({ life: headers.life, first: '8' })
      expect(Object.keys(next.headers)).toEqual(['version', 'life', 'first', 'runs'])
    })

    test('F6 the sender begins with the clientId, whatever is in it', async () => {
      const clientId = 'srv "1"\\ü😀'
      const [node, peer] = await nodes.start(2, { clientId })
      const [toNode, toPeer] = [collect(node, 'E'), collect(peer, 'E')]
      node.publish('E', 1)
      await filled(toPeer, 1)
      peer.publish('E', 2)
      await filled(toNode, 1)
      const [{ key }] = await foreign.read(1)
      expect(key).toBe(node.stats().sender)
      expect(key.startsWith(`${clientId}-`)).toBe(true)
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
        ' {"a" :[ 1 ,\t2 ] } ',
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

    test('F6 headers in another order, and further ones, are understood', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      const { headers, ...rest } = record({ runs: [['E', 1]] }, '1')
      const turned = Object.fromEntries(Object.entries(headers).reverse())
      const more = { traceparent: 'x', ...turned, '\u00ff': Buffer.from([0xff]), none: '' }
      await foreign.write([{ ...rest, headers: more }])
      expect(await filled(messages, 1)).toEqual([1])
    })

    test('F9 records that are stored twice, late, or in halves are delivered once and in order', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      const lines = (first, end) => Array.from({ length: end - first }, (_, n) => first + n)
      const copies = [
        [0, 3],
        [0, 3],
        [3, 4],
        [1, 6],
        [2, 5],
        [6, 7],
        [0, 7]
      ]
      await foreign.write(
        copies.map(([first, end]) =>
          record({ first, runs: [['E', end - first]] }, lines(first, end).join('\n'))
        )
      )
      await foreign.writeMessages('E', ['"last"'], { first: 7 })
      expect(await filled(messages, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 'last'])
      expect(node.stats()).toMatchObject({ duplicates: 3 + 3 + 3 + 7, missed: 0, delivered: 8 })
    })

    test('F9 a gap is told with the sender and the exact number', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      await foreign.writeMessages('E', ['1'], { first: 0 })
      await foreign.writeMessages('E', ['2'], { first: 18 })
      expect(await filled(messages, 2)).toEqual([1, 2])
      const [error] = await nodes.takeErrorsWith('ERR_KAFKA_RECORDS_MISSED')
      expect(error.message).toMatch(/^17 messages of 'foreign' before its number 18 are lost/)
      expect(node.stats().missed).toBe(17)
    })

    test('F9 one odd record under the name of a sender does not silence it', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      const odd = { sender: 'foreign', runs: [['odd', 1]] }
      await foreign.writeMessages('E', ['0', '1'], { first: 0 })
      await foreign.write([
        record({ ...odd, first: 1e12 }, '7'),
        record({ ...odd, life: OTHER_LIFE, first: 0 }, '7'),
        record({ ...odd, life: '00000000000000cc', first: 5e9 }, '7')
      ])
      await foreign.writeMessages('E', ['2', '3'], { first: 2 })
      expect(await filled(messages, 4)).toEqual([0, 1, 2, 3])
      await nodes.takeErrorsWith('ERR_KAFKA_RECORDS_MISSED', 2)
    })

    test('F9 a life that another one followed never comes back', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      await foreign.writeMessages('E', ['"a"'], { first: 0 })
      await foreign.writeMessages('E', ['"b"', '"c"'], { life: OTHER_LIFE, first: 0 })
      await foreign.writeMessages('E', ['"late"', '"late"'], { first: 1 })
      await foreign.writeMessages('E', ['"d"'], { life: OTHER_LIFE, first: 2 })
      expect(await filled(messages, 4)).toEqual(['a', 'b', 'c', 'd'])
      expect(node.stats().duplicates).toBe(2)
    })

    test('F10 records with the own sender are dropped, whoever wrote them', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      await foreign.writeMessages('E', ['"own"'], { sender: node.stats().sender })
      await foreign.writeMessages('E', ['"foreign"'])
      expect(await filled(messages, 1)).toEqual(['foreign'])
      expect(node.stats().filteredOwn).toBe(1)
    })

    test('F10 another server with the same id is told', async () => {
      const [node] = await nodes.start(1)
      const { sender } = node.stats()
      await foreign.writeMessages('E', ['1', '2'], { sender, first: 4, more: { host: 'srv-2 99' } })
      const [error] = await nodes.takeErrorsWith('ERR_KAFKA_NAME_TAKEN')
      expect(error.message).toContain(sender)
      expect(error.message).toContain('It runs on the host srv-2, process 99.')
    })

    test('F10 one that answers this server is told at once', async () => {
      const [node, peer] = await nodes.start(2)
      node.publish('E', 'mine')
      const [{ key, headers }] = await foreign.read(1)
      expect(key).toBe(node.stats().sender)
      expect(headers.host).toBe(HOST)
      const more = { host: 'srv-2 99', namesake: headers.life }
      await foreign.writeMessages('E', ['1'], { sender: key, first: 0, more })
      await nodes.takeErrorsWith('ERR_KAFKA_NAME_TAKEN')
      // What this server sends from now on answers in turn.
      const answers = collect(peer, 'answer')
      node.publish('answer', 1)
      await filled(answers, 1)
      const answer = (await foreign.read(3)).at(-1)
      expect(answer.headers).toMatchObject({
        host: headers.host,
        namesake: record({}, '').headers.life
      })
    })

    test('F10 the last record of the life before comes late and is not told', async () => {
      const [node, peer] = await nodes.start(2)
      const { sender } = node.stats()
      const last = { sender, first: 4, more: { host: 'srv-2 99' } }
      await foreign.writeMessages('E', ['1'], last)
      await foreign.writeMessages('E', ['1'], last)
      await settled(peer, node)
      expect(node.stats().filteredOwn).toBe(2)
    })

    test('F14 a record of a later format is skipped and told, and harms no other', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      await foreign.write([record({ version: '2', runs: [['E', 1]] }, '1')])
      await foreign.writeMessages('E', ['2'])
      expect(await filled(messages, 1)).toEqual([2])
      const [error] = await nodes.takeErrorsWith('ERR_KAFKA_WIRE_VERSION')
      expect(error.message).toContain('Update deepstream.io-msg-kafka')
      expect(node.stats().invalid).toBe(1)
    })

    test('F14 records that are no messages become errors, and harm none of their neighbours', async () => {
      const [node] = await nodes.start(1)
      const messages = collect(node, 'E')
      const runs = [['E', 1]]
      const sound = record({ runs }, '1')
      const without = (name) => {
        const { [name]: _, ...headers } = sound.headers
        return { ...sound, headers }
      }
      const garbage = [
        { key: null, value: null },
        { key: 'foreign', value: '1' },
        { ...sound, key: null },
        { ...sound, key: Buffer.from([0xff]) },
        ...['version', 'life', 'first', 'runs'].map(without),
        record({ version: 'one', runs }, '1'),
        record({ life: 'aa', runs }, '1'),
        record({ first: '-1', runs }, '1'),
        record({ first: '1e3', runs }, '1'),
        record({ runs: [['E', 2]] }, '1'),
        record({ runs: [['E', 1]] }, '1\n2'),
        record({ runs: [] }, '1'),
        record({ runs: [['E', 0]] }, '1'),
        record({ runs: [['E', 1e20]] }, '1'),
        record({ runs: [['E']] }, '1'),
        record({ runs: { E: 1 } }, '1'),
        record({ runs }, Buffer.from([0xff, 0xfe])),
        record({ runs }, 'not json'),
        record({ runs }, '1],[2'),
        record({ runs }, '1,2'),
        record({ runs }, '{"a":1'),
        record({ runs }, '"b":2}')
      ]
      let first = 0
      await foreign.write(
        garbage.flatMap((bad, n) => {
          // What is no JSON has a number all the same.
          const numbered = bad.headers?.first === '0' ? { ...bad.headers, first: `${first++}` } : {}
          const good = record({ first: first++, runs }, `${n}`)
          return [{ ...bad, headers: { ...bad.headers, ...numbered } }, good]
        })
      )
      await filled(messages, garbage.length)
      expect(messages).toEqual(garbage.map((_, n) => n))
      expect(node.stats().invalid).toBe(garbage.length)
      nodes.takeErrors().forEach((error) => {
        expect(error).toBeInstanceOf(Error)
        expect(['ERR_KAFKA_INVALID_RECORD', 'ERR_KAFKA_RECORDS_MISSED']).toContain(error.code)
        expect(String(error)).toMatch(/^Kafka error: /)
      })
    })
  })
}
