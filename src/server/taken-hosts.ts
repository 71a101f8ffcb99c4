import { isIP } from 'node:net'

interface Names {
  /** Host names as `URL` writes them, such as `audit.example.com`. */
  readonly allowedHosts: readonly string[]
  /** Origins, such as `https://console.example.com`: their hosts are taken, too. */
  readonly allowedOrigins: readonly string[]
}

/** Names that no stranger can have resolved to another address: RFC 6761 section 6.3, RFC 6890 section 2.2. */
const loopbackPattern =
  /^((.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\])$/

/**
 * Which hosts requests may name.
 *
 * A page of a stranger can have its own name resolve to 127.0.0.1 once it is loaded (DNS rebinding). Its requests are of
 * the same origin then, for the browser and by every header but Host. So a gateway that only this machine can reach
 * takes the names of this machine and those that the configuration gives. One that others can reach as well has names that
 * nobody tells it: it takes all, unless some are given.
 */
export class TakenHosts {
  readonly #names: ReadonlySet<string>
  readonly #isGiven: boolean
  #isChecked: boolean
  #ownName: string | null = null
  #last: Readonly<URL> | null = null

  constructor({ allowedHosts, allowedOrigins }: Names) {
    this.#names = new Set([...allowedHosts, ...allowedOrigins.map((origin) => bare(new URL(origin)))])
    this.#isGiven = allowedHosts.length > 0
    this.#isChecked = this.#isGiven
  }

  /** From now on requests come by this address. `name`: what was asked to listen on, an address or a name of it. */
  listenOn(address: string, name: string): void {
    const url = urlOf(address)
    this.#isChecked = this.#isGiven || (url !== null && loopbackPattern.test(bare(url)))
    const named = urlOf(name)
    this.#ownName = named && bare(named)
    this.#last = null
  }

  /** Whether a request with this target is taken. Most have the URL of the one before. */
  take(target: Readonly<URL>): boolean {
    if (!this.#isChecked || target === this.#last) return true
    const name = bare(target)
    if (!loopbackPattern.test(name) && name !== this.#ownName && !this.#names.has(name)) return false
    this.#last = target
    return true
  }
}

/** A host by itself as a URL; null where it is none, such as an address with a zone. */
function urlOf(host: string): URL | null {
  const text = `http://${isIP(host) === 6 ? `[${host}]` : host}/`
  return URL.canParse(text) ? new URL(text) : null
}

/** In lower case, and without the dot that may end a name. */
function bare({ hostname }: Readonly<URL>): string {
  return hostname.replace(/\.$/, '')
}
