'use strict'

const { eventually } = require('../../harness/eventually')
const { useBroker } = require('../support/broker')
const { useNodes, collect, filled } = require('../support/nodes')

jest.setTimeout(60000)

const count = (histogram) => histogram.counts.reduce((sum, count) => sum + count, 0)

describe('stats() of nodes on a real broker', () => {
  const broker = useBroker()
  const nodes = useNodes(broker)

  test('tell how long messages took, how long Kafka took, and whom the node hears', async () => {
    const [sender, receiver] = await nodes.start(2)
    const before = Date.now()
    expect(receiver.stats().peers).toEqual([])
    const got = collect(receiver, 'E')
    for (let n = 0; n < 50; n++) sender.publish('E', n)
    sender.publish('nobody is subscribed to this', 'not delivered')
    await filled(got, 50)
    await eventually(() => sender.stats().undelivered === 0)

    const { delay, peers, link, linkSince } = receiver.stats()
    expect(delay.bounds).toEqual([...delay.bounds].sort((a, b) => a - b))
    expect(delay.counts).toHaveLength(delay.bounds.length + 1)
    expect(count(delay)).toBe(50)
    expect(delay.sumMs).toBeGreaterThan(0)
    expect(delay.sumMs).toBeLessThan(50 * (Date.now() - before))
    expect(link).toBe('flowing')
    expect(linkSince).toBeLessThanOrEqual(before)
    await eventually(() => receiver.stats().peers[0]?.received === 51)
    expect(peers).toHaveLength(1)
    expect(peers[0]).toMatchObject({ sender: sender.stats().sender, missed: 0, duplicates: 0 })
    expect(peers[0].host).toContain(` ${process.pid}`)
    expect(peers[0].lastSeen).toBeGreaterThanOrEqual(before - 1000)

    const { roundTrip, undeliveredMs } = sender.stats()
    expect(count(roundTrip)).toBeGreaterThan(0)
    expect(count(roundTrip)).toBeLessThanOrEqual(51)
    expect(roundTrip.sumMs).toBeGreaterThan(0)
    expect(undeliveredMs).toBe(0)
    expect(count(receiver.stats().roundTrip)).toBe(0)
  })

  test('tell that a broker is silent, since when, and for how long messages have waited', async () => {
    const [sender, receiver] = await nodes.start(2)
    const got = collect(receiver, 'E')
    const pausedAt = Date.now()
    await broker.cluster.brokers[0].pause()
    sender.publish('E', 'waits')
    await eventually(() => ['cutOff', 'leaderless'].includes(sender.stats().link), {
      timeoutMs: 20000
    })
    const { linkSince, undelivered, undeliveredMs } = sender.stats()
    expect(linkSince).toBeGreaterThanOrEqual(pausedAt)
    expect(undelivered).toBe(1)
    expect(undeliveredMs).toBeGreaterThan(500)
    expect(undeliveredMs).toBeLessThanOrEqual(Date.now() - pausedAt)

    await broker.cluster.brokers[0].resume()
    await filled(got, 1)
    await eventually(() => [sender, receiver].every((node) => node.stats().link === 'flowing'), {
      timeoutMs: 20000
    })
    await eventually(() => sender.stats().undeliveredMs === 0)
    const { delay } = receiver.stats()
    // The message was under way for all that time.
    expect(delay.sumMs).toBeGreaterThanOrEqual(undeliveredMs)
    nodes.takeErrors()
  })

  test('tell of a closed node that it has no link', async () => {
    const [node] = await nodes.start(1)
    node.close()
    await eventually(() => node.stats().state === 'closed')
    expect(node.stats()).toMatchObject({ link: 'none', undeliveredMs: 0 })
  })
})
