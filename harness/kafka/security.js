'use strict'

const fs = require('node:fs')
const path = require('node:path')
const { Acls } = require('./acls')
const { createAuthority, issue, save } = require('./certificates')
const { ScramUsers } = require('./scram')

/** The listeners of a secured broker beside PLAINTEXT, with the protocol of each. */
const PROTOCOLS = {
  SSL: 'SSL',
  SSL_EXPIRED: 'SSL',
  SSL_WRONG_HOST: 'SSL',
  MTLS: 'SSL',
  SASL_PLAINTEXT: 'SASL_PLAINTEXT',
  SASL_SSL: 'SASL_SSL'
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER']

/** Who may log in by PLAIN. The name alone says nothing about rights. */
const PLAIN_USERS = { alice: 'alice-secret', bob: 'bob-secret' }

/**
 * What a cluster with security has: certificates, the addresses of its secured listeners, and the
 * means to give users and rights. Rights are checked on every listener. Who comes without a name, by
 * PLAINTEXT or by TLS without a client certificate, may do everything, so that brokers and the
 * harness itself need no more; everybody else may do nothing that was not allowed by `acls`.
 */
class Security {
  /**
   * @param {string} folder an existing one, for the certificates
   * @param {import('./layout').Place[]} nodes
   * @param {() => string[]} addresses those of the running brokers, by PLAINTEXT
   * @param {string[]} tlsEntrances names of the listeners for entrances by TLS
   */
  constructor(folder, nodes, addresses, tlsEntrances) {
    this.#tlsEntrances = tlsEntrances
    const ca = createAuthority('Harness CA')
    const other = createAuthority('Another CA')
    const hosts = ['localhost', '127.0.0.1']
    const pair = (name, issuer, options) => save(folder, name, issue(issuer, name, options))
    const pem = (name, { pem }) => {
      const file = path.join(folder, `${name}.crt`)
      fs.writeFileSync(file, pem)
      return file
    }
    /**
     * Paths of PEM files: `ca` is that of all listeners; clients have a `certificate` and a `key`
     * and come as `User:CN=client`.
     */
    this.certificates = {
      ca: pem('ca', ca),
      otherCa: pem('other-ca', other),
      client: pair('client', ca),
      expiredClient: pair('expired-client', ca, { isExpired: true }),
      otherClient: pair('other-client', other)
    }
    this.#servers = {
      SSL_EXPIRED: pair('expired-server', ca, { hosts, isExpired: true }),
      SSL_WRONG_HOST: pair('elsewhere', ca, { hosts: ['kafka.elsewhere.example'] }),
      default: pair('server', ca, { hosts })
    }
    const at = (name) => nodes.map(({ securedPorts }) => `127.0.0.1:${securedPorts[name]}`).join()
    /** 'host:port[,..]' of all brokers, for clients that come by TLS, by SASL, or by both. */
    this.listeners = {
      ssl: at('SSL'),
      /** Its certificate's time is over. */
      sslExpired: at('SSL_EXPIRED'),
      /** Its certificate is for kafka.elsewhere.example. */
      sslWrongHost: at('SSL_WRONG_HOST'),
      /** Demands a certificate of the client. */
      mtls: at('MTLS'),
      saslPlaintext: at('SASL_PLAINTEXT'),
      saslSsl: at('SASL_SSL')
    }
    this.acls = new Acls(addresses)
    this.scram = new ScramUsers(addresses)
  }

  #servers
  #tlsEntrances

  /** @returns {Record<string, string>} server.properties of every broker */
  get properties() {
    const properties = {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'sasl.enabled.mechanisms': MECHANISMS.join()
    }
    const entrances = this.#tlsEntrances.map((name) => [name, 'SSL'])
    for (const [name, protocol] of [...Object.entries(PROTOCOLS), ...entrances]) {
      const prefix = `listener.name.${name.toLowerCase()}`
      if (protocol.endsWith('SSL')) {
        properties[`${prefix}.ssl.keystore.type`] = 'PEM'
        properties[`${prefix}.ssl.keystore.location`] = (
          this.#servers[name] ?? this.#servers.default
        ).both
        properties[`${prefix}.ssl.truststore.type`] = 'PEM'
        properties[`${prefix}.ssl.truststore.location`] = this.certificates.ca
        properties[`${prefix}.ssl.client.auth`] = name === 'MTLS' ? 'required' : 'none'
      }
      if (protocol.startsWith('SASL')) {
        for (const mechanism of MECHANISMS) {
          properties[`${prefix}.${mechanism.toLowerCase()}.sasl.jaas.config`] = jaas(mechanism)
        }
      }
    }
    return properties
  }
}

/** @param {string} mechanism */
function jaas(mechanism) {
  const common = 'org.apache.kafka.common.security'
  if (mechanism === 'PLAIN') {
    const users = Object.entries(PLAIN_USERS).map(([name, word]) => `user_${name}="${word}"`)
    return `${common}.plain.PlainLoginModule required ${users.join(' ')};`
  }
  if (mechanism === 'OAUTHBEARER') {
    // The broker's own token is of no use, and it does not start without one.
    const own = 'unsecuredLoginStringClaim_sub="broker"'
    return `${common}.oauthbearer.OAuthBearerLoginModule required ${own};`
  }
  return `${common}.scram.ScramLoginModule required;`
}

module.exports = { PLAIN_USERS, PROTOCOLS, Security }
