import { errors } from 'undici'
import { type SourceFailure, sourceFailure } from '../model/failure.js'

const refused = 'The provider refuses connections at the base URL of this source.'
const unknownHost = 'The host of the base URL of this source cannot be found.'
const brokeOff = 'The connection to the provider broke off before its answer was whole.'
const noRoute = 'The network has no way to the host of the base URL of this source.'
const timedOut = 'No connection to the provider came about in time.'
const shuttingDown = 'The gateway is shutting down.'
const notHttp = 'What answers at the base URL of this source does not speak HTTP as it should.'

/** What the error codes of Node's sockets and of undici mean. A code that is not here is a broken connection. */
const meaningOfCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: refused,
  ENOTFOUND: unknownHost,
  EAI_AGAIN: unknownHost,
  EAI_FAIL: unknownHost,
  EHOSTUNREACH: noRoute,
  ENETUNREACH: noRoute,
  EADDRNOTAVAIL: noRoute,
  UND_ERR_CLOSED: shuttingDown,
  UND_ERR_DESTROYED: shuttingDown,
}

/** What to do where the address is the last to blame: something answered there, or nothing was asked. */
const remedyOfMeaning: Readonly<Record<string, string>> = {
  [brokeOff]:
    'Ask again. If it keeps happening, see what ends the connections: the provider, a proxy on the way, or a base URL that begins with http where https is spoken.',
  [shuttingDown]: 'Ask again: another instance, or this one when it has started again.',
}

const timeoutCodes: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
])

/**
 * What an error of the connection means for the source: TIMEOUT, INVALID_RESPONSE for what is not HTTP, and
 * UNREACHABLE for the rest (refused, reset, cut off, no such host, TLS).
 *
 * Only the error's code goes into the message, never its text: that holds host names, addresses and at times parts
 * of what was sent.
 */
export function connectionFailure(error: unknown): SourceFailure {
  const code = errorCode(error)
  const suffix = code === undefined ? '' : ` (${code})`
  if (code !== undefined && timeoutCodes.has(code)) {
    return sourceFailure('TIMEOUT', { message: `${timedOut}${suffix}` })
  }
  if (error instanceof errors.HTTPParserError || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return sourceFailure('INVALID_RESPONSE', { message: `${notHttp}${suffix}` })
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER') {
    return sourceFailure('UNREACHABLE', {
      message: `What answers at the base URL of this source does not speak TLS${suffix}.`,
      remedy: 'Check the port of the base URL of this source, and whether it should begin with http.',
      retryable: false,
    })
  }
  if (code !== undefined && isTlsCode(code)) {
    return sourceFailure('UNREACHABLE', {
      message: `No trusted TLS connection to the provider${suffix}.`,
      remedy:
        'Check the base URL of this source and the certificate that answers there; a private authority goes into NODE_EXTRA_CA_CERTS.',
      retryable: false,
    })
  }
  const meaning = (code !== undefined && meaningOfCode[code]) || brokeOff
  const remedy = remedyOfMeaning[meaning]
  return sourceFailure('UNREACHABLE', {
    message: `${meaning}${suffix}`,
    ...(remedy !== undefined && { remedy }),
  })
}

/** The code of a socket's, TLS' or undici's error, when it has one of the usual form. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[A-Z0-9_]{1,60}$/.test(error.code) ? error.code : undefined
}

/** Codes of OpenSSL's certificate checks (X509_V_ERR_*, as Node names them) and of Node's own TLS errors. */
function isTlsCode(code: string): boolean {
  return (
    /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|DEPTH_ZERO_|SELF_SIGNED_)/.test(code) ||
    ['EPROTO', 'HOSTNAME_MISMATCH', 'INVALID_CA', 'INVALID_PURPOSE', 'PATH_LENGTH_EXCEEDED'].includes(code)
  )
}
