'use strict'

const { KafkaError } = require('./errors')

/** A token is renewed after this part of its lifetime. */
const RENEW_AT = 0.8
/** How long a provider may take. */
const PATIENCE_MS = 30000
/** Pauses between attempts, each twice as long as the one before, up to the longest. */
const PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10000
/** A failure that lasts is reported again after this time. */
const REPEAT_MS = 30000
/** setTimeout's longest time. */
const LONGEST_MS = 2147483647

/**
 * Asks a provider for a token, and again before that ends, for as long as it is started.
 */
class TokenSource {
  #provide
  #give
  #tell
  #timer
  /** Counts starts, so that what an earlier one asked for does not count. */
  #round = 0
  #pauseMs = PAUSE_MS
  #toldAt = -Infinity
  /** The token that is in use; it must not appear in any text. */
  #current = ''

  /**
   * @param {() => Promise<object>} provide
   * @param {{give(token: object): void, tell(error: KafkaError): void}} owner gets checked tokens, and failures
   */
  constructor(provide, { give, tell }) {
    this.#provide = provide
    this.#give = give
    this.#tell = tell
  }

  start() {
    this.stop()
    this.#ask(this.#round)
  }

  stop() {
    this.#round++
    clearTimeout(this.#timer)
    this.#pauseMs = PAUSE_MS
    this.#toldAt = -Infinity
  }

  async #ask(round) {
    let token
    try {
      token = check(await withPatience(this.#provide))
    } catch (error) {
      if (round === this.#round) this.#failed(round, error)
      return
    }
    if (round !== this.#round) return
    this.#current = token.value
    this.#pauseMs = PAUSE_MS
    this.#toldAt = -Infinity
    this.#give(token)
    this.#later(round, (token.expiresAt - Date.now()) * RENEW_AT)
  }

  #failed(round, error) {
    if (performance.now() - this.#toldAt >= REPEAT_MS) {
      this.#toldAt = performance.now()
      const reason = this.#withoutTokens(String(error?.message ?? error))
      this.#tell(
        new KafkaError(
          'ERR_KAFKA_TOKEN',
          `The token provider (option oauthToken or oauthTokenModule) failed: ${reason} It will be called again; without a valid ` +
            'token no broker accepts this server. Check that reason, and the service that issues the tokens.',
          { retriable: true }
        )
      )
    }
    this.#later(round, this.#pauseMs)
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
  }

  /** Also removes what looks like a token, because a provider may quote one that was never returned. */
  #withoutTokens(text) {
    const known = this.#current ? text.replaceAll(this.#current, '(a token)') : text
    const rid = known.replace(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '(a token)').trim()
    return /[.!?]$/.test(rid) ? rid : `${rid}.`
  }

  #later(round, ms) {
    this.#timer = setTimeout(() => this.#ask(round), Math.min(Math.max(ms, 0), LONGEST_MS))
    // The bus decides whether the process stays alive.
    this.#timer.unref()
  }
}

async function withPatience(provide) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`it did not answer within ${PATIENCE_MS / 1000} s.`)),
      PATIENCE_MS
    )
    timer.unref()
  })
  try {
    return await Promise.race([provide(), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Says what is wrong with a token, without showing it. */
function check(token) {
  const { value, expiresAt, principal = '', extensions = {} } = token ?? {}
  const wrong = (what) => new Error(`what it returned is not a valid token: ${what}.`)
  if (typeof value !== 'string' || !/^[\x21-\x7e]+$/.test(value))
    throw wrong('value must be a string of visible ASCII characters')
  const end = expiresAt instanceof Date ? expiresAt.getTime() : expiresAt
  if (typeof end !== 'number' || !Number.isFinite(end))
    throw wrong('expiresAt must be a Date, or milliseconds since 1970')
  if (end <= Date.now()) {
    const advice =
      end > 1e9 && end < 1e11 ? '; expiresAt looks like seconds, but must be milliseconds' : ''
    throw wrong(`it expired at ${new Date(end).toISOString()}${advice}`)
  }
  if (typeof principal !== 'string' || principal.includes('\0'))
    throw wrong('principal must be a string')
  for (const [name, text] of Object.entries(extensions)) {
    if (!/^[a-z]+$/i.test(name) || name === 'auth')
      throw wrong('the names of extensions must consist of letters, and must not be "auth"')
    if (typeof text !== 'string' || !/^[\x20-\x7e\t\r\n]+$/.test(text))
      throw wrong(`the extension ${name} must be a string of ASCII characters`)
  }
  return { value, principal, expiresAt: Math.floor(end), extensions }
}

/**
 * @param {object} token as a TokenSource gives it
 * @param {import('./engine').NativeBus} native the engine that is to log in with it
 */
function handOver({ value, principal, expiresAt, extensions }, native) {
  native.setToken(value, principal, expiresAt, Object.entries(extensions).flat())
}

module.exports = { TokenSource, handOver }
