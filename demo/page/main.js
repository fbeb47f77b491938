/** Shows what the demo tells, and sends it orders. */

import { Diagram } from '/diagram.js'

/** While somebody writes, their text is sent after such a pause, in milliseconds. */
const PAUSE_MS = 120
const COLOURS = ['var(--a)', 'var(--b)', 'var(--c)']
const ACTS = {
  kill: 'kill -9',
  pause: 'pause',
  resume: 'resume',
  start: 'start',
  restart: 'restart'
}
const STATES = { up: 'up', paused: 'paused', down: 'killed', starting: 'starting' }

const element = (id) => document.getElementById(id)
const number = new Intl.NumberFormat('en')
/** @type {Map<string, HTMLElement>} by name */
const [servers, brokers] = [new Map(), new Map()]

const diagram = new Diagram(element('wires'), element('stage'), (name) => colourOf(name))
let events
let leader
/** The timer, or the order, of what is being written here. */
let writing
/** A note that came meanwhile. */
let waiting

function colourOf(name) {
  return COLOURS[[...servers.keys()].indexOf(name)] ?? 'var(--dim)'
}

/** @returns {string | undefined} the server whose client this window is */
function ownServer() {
  return new URLSearchParams(location.search).get('server') ?? undefined
}

async function order(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'X-Demo': '1' },
    body: JSON.stringify(body)
  })
  setText(element('refused'), answer.ok ? '' : await answer.text())
}

/** A card for a server or a broker; its buttons stay, so that the keyboard's focus does. */
function cardOf({ name }, parent, cards) {
  const card = document.createElement('article')
  card.className = 'actor'
  const heading = Object.assign(document.createElement('h3'), { textContent: name })
  const state = Object.assign(document.createElement('p'), { className: 'state' })
  const acts = Object.assign(document.createElement('div'), { className: 'acts' })
  for (const [act, label] of Object.entries(ACTS)) {
    const button = Object.assign(document.createElement('button'), {
      type: 'button',
      className: act,
      textContent: label,
      hidden: true
    })
    button.setAttribute('aria-label', `${label} ${name}`)
    button.addEventListener('click', () => order('/do', { name, act }))
    acts.append(button)
  }
  card.append(heading, state, acts)
  parent.append(card)
  cards.set(name, card)
  return card
}

function showActor(actor, parent, cards) {
  const card = cards.get(actor.name) ?? cardOf(actor, parent, cards)
  card.dataset.state = actor.state
  card.dataset.leader = actor.isLeader === true
  setText(card.querySelector('.state'), STATES[actor.state])
  if (actor.hint) setText(card.querySelector('.acts'), actor.hint)
  for (const button of card.querySelectorAll('button'))
    button.hidden = !actor.choices.includes(button.className)
  return card
}

function setText(target, text) {
  if (target.textContent !== text) target.textContent = text
}

function show(beat) {
  setText(element('title'), beat.title)
  for (const server of beat.servers) showActor(server, element('servers'), servers)
  for (const [name, card] of servers) card.style.setProperty('--own', colourOf(name))
  for (const broker of beat.brokers) showActor(broker, element('brokers'), brokers)
  const leads = beat.brokers.find(({ isLeader, state }) => isLeader && state !== 'down')?.name
  if (leads !== leader || !element('wires').querySelector('line')) {
    leader = leads
    diagram.draw(servers, brokers, leader)
  }
  diagram.show(beat.flows, servers, brokers.get(leader))
  showCounts(beat.counts)
  showHistory(beat.history)
  if (!element('server').options.length) choose(beat.servers)
}

function showCounts(counts) {
  for (const name of ['sent', 'arrived', 'lost', 'doubled', 'outOfOrder', 'underWay'])
    setText(element(name), number.format(counts[name]))
  for (const name of ['lost', 'doubled', 'outOfOrder'])
    element(name).classList.toggle('is-bad', counts[name] > 0)
  setText(element('longest'), number.format(Math.round(counts.longestMs)))
  const { wentDown } = counts
  setText(
    element('wentDown'),
    wentDown
      ? `${number.format(wentDown)} went down with a killed server before it passed them on.`
      : ''
  )
}

function showHistory(history) {
  const list = element('history')
  if (list.children.length === history.length && list.dataset.latest === `${history[0]?.at}`) return
  list.dataset.latest = history[0]?.at
  list.replaceChildren(
    ...history.map(({ at, text }) => {
      const time = Object.assign(document.createElement('time'), {
        textContent: new Date(at).toLocaleTimeString()
      })
      const line = document.createElement('li')
      line.append(time, text)
      return line
    })
  )
}

/** Which server's client this window is, and can become. */
function choose(all) {
  const own = ownServer() ?? all[0].name
  const select = element('server')
  select.append(...all.map(({ name }) => new Option(name, name, false, name === own)))
  const at = all.findIndex(({ name }) => name === own)
  const next = all[(at + 1) % all.length].name
  element('another').href = `/?server=${encodeURIComponent(next)}`
  select.addEventListener('change', () => {
    location.search = `?server=${encodeURIComponent(select.value)}`
  })
  if (ownServer() === undefined) listen(own)
}

function showNote(latest) {
  // What is being written here is newer.
  waiting = writing === undefined ? undefined : latest
  if (waiting) return
  const note = element('note')
  if (note.value !== latest.text) note.value = latest.text
  setText(element('by'), `Last written at ${latest.by}.`)
}

element('note').addEventListener('input', ({ target }) => {
  clearTimeout(writing)
  const mine = setTimeout(async () => {
    await order('/write', { name: element('server').value, text: target.value })
    if (writing !== mine) return
    writing = undefined
    if (waiting) showNote(waiting)
  }, PAUSE_MS)
  writing = mine
})

addEventListener('resize', () => diagram.draw(servers, brokers, leader))

function listen(server) {
  events?.close()
  events = new EventSource(`/events?server=${encodeURIComponent(server ?? '')}`)
  events.addEventListener('beat', ({ data }) => show(JSON.parse(data)))
  events.addEventListener('note', ({ data }) => showNote(JSON.parse(data)))
  events.onopen = () => (element('gone').hidden = true)
  events.onerror = () => (element('gone').hidden = false)
}

listen(ownServer())
