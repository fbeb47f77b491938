'use strict'

const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')

const PAGE = path.join(__dirname, 'page')
/** What a browser may ask for, with its type. */
const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
  '/main.js': ['main.js', 'text/javascript; charset=utf-8'],
  '/diagram.js': ['diagram.js', 'text/javascript; charset=utf-8']
}
/** How often a browser is told how everything stands. */
const BEAT_MS = 100
const LARGEST_BODY = 16384

/** Serves the page on this machine only, tells every window what happens on the stage, and takes its orders. */
class Web {
  #stage
  #server
  #windows = new Set()
  #timer
  #host

  /** @param {import('./stage').Stage} stage */
  constructor(stage) {
    this.#stage = stage
    this.#server = http.createServer((request, response) => this.#answer(request, response))
    stage.on('note', (server, note) => {
      for (const window of this.#windows) if (window.server === server) window.send('note', note)
    })
  }

  /** @returns {Promise<string>} the address of the page */
  async open() {
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    this.#timer = setInterval(() => this.#beat(), BEAT_MS)
    this.#host = `127.0.0.1:${this.#server.address().port}`
    return `http://${this.#host}`
  }

  close() {
    clearInterval(this.#timer)
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #beat() {
    const beat = { ...this.#stage.view(), flows: this.#stage.takeFlows() }
    for (const window of this.#windows) window.send('beat', beat)
  }

  #answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, 'http://page')
    // A foreign page could otherwise reach this one under a name of its own, or send it orders.
    if (![this.#host, this.#host.replace('127.0.0.1', 'localhost')].includes(request.headers.host))
      return end(response, 421, 'This page is served on this machine only.')
    if (request.method === 'POST') return this.#take(request, response, pathname)
    if (pathname === '/events') return this.#watch(response, searchParams.get('server'))
    const file = FILES[pathname]
    if (!file) return end(response, 404, 'There is nothing here.')
    response.writeHead(200, {
      'Content-Type': file[1],
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
    })
    fs.createReadStream(path.join(PAGE, file[0])).pipe(response)
  }

  /** A window, which shows the shared note of this server. */
  #watch(response, server) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    const window = {
      server,
      send: (name, data) => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    }
    this.#windows.add(window)
    response.once('close', () => this.#windows.delete(window))
    const note = this.#stage.noteAt(server)
    if (note) window.send('note', note)
  }

  /** An order: `/do` with name and act, or `/write` with name and text. */
  async #take(request, response, pathname) {
    // No page of another origin can set it without asking first, which nobody answers.
    if (request.headers['x-demo'] === undefined) return end(response, 403, 'Not from the page.')
    try {
      const order = JSON.parse(await bodyOf(request))
      if (pathname === '/do') await this.#stage.do(order.name, order.act)
      else if (pathname === '/write') this.#stage.write(order.name, order.text)
      else return end(response, 404, 'There is no such order.')
      end(response, 204)
    } catch (error) {
      end(response, 409, error.message)
    }
  }
}

async function bodyOf(request) {
  let body = ''
  for await (const part of request.setEncoding('utf8')) {
    body += part
    if (body.length > LARGEST_BODY) throw new Error('The order is too long.')
  }
  return body
}

function end(response, status, text) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(text)
}

module.exports = { Web }
