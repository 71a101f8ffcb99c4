/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Such as `sources[1].credentials.apiKey`; empty for the file as a whole. */
  readonly path: string
  /** Line in the file, counted from 1, where it is known. */
  readonly line?: number
  /** What stands there, for people; left out where it may be secret or nothing stands there. */
  readonly value?: string
  /** What should stand there: completes 'expected …'. */
  readonly expected: string
}

/** Writes a problem as one line, such as `line 3: server.port: expected a whole number, found "x"`. */
export function formatProblem({ path, line, value, expected }: ConfigProblem): string {
  const place = [...(line === undefined ? [] : [`line ${line}`]), ...(path === '' ? [] : [path])].join(': ')
  const found = value === undefined ? '' : `, found ${value}`
  return `${place === '' ? '' : `${place}: `}expected ${expected}${found}`
}

export type ConfigPath = readonly PropertyKey[]

/**
 * Writes a path such as `sources[1].key`. A key that is no plain word is none of ours and is hidden: it may be a line of
 * another file, such as `TOKEN=...`.
 */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    const name = String(step)
    if (!/^[\w-]{1,32}$/.test(name)) return `${text}[hidden]`
    return text === '' ? name : `${text}.${name}`
  }, '')
}

const hiddenNames = /secret|token|password|credential|api_?key|authorization/i
/** An assignment to such a name within a text. */
const hiddenAssignment = new RegExp(`((?:${hiddenNames.source})\\w*\\s*[=:]).*$`, 'is')

/** Whether what stands at a path may be secret, so that it must be in no message. */
export function isSecretPath(path: ConfigPath): boolean {
  return path.some((step) => typeof step === 'string' && hiddenNames.test(step))
}

/**
 * What stands at a path that is not secret, for people: at most 80 characters. User info and query of a URL are left
 * out, since people put credentials there, and what is assigned to a name such as `token`.
 */
export function describeValue(value: unknown): string {
  if (typeof value === 'number') return shorten(String(value))
  if (typeof value !== 'string') return describeKind(value)
  const harmless = value
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1[hidden]@')
    .replace(/^([^?#]*[?#]).*$/s, '$1[hidden]')
    .replace(hiddenAssignment, '$1[hidden]')
  return shorten(JSON.stringify(harmless))
}

/**
 * The same without what a text or a number says: where a mapping or a list belongs, it can be anything, such as a whole
 * file of secrets that is no configuration.
 */
export function describeKind(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'number' ? 'a number' : String(value)
}

const shownLengthMax = 80

function shorten(text: string): string {
  return text.length <= shownLengthMax ? text : `${text.slice(0, shownLengthMax - 1)}…`
}
