import type { ConfigPath } from './problem.js'

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Substituted {
  readonly value: unknown
  /** Texts that hold something from the environment, by `pathKey`, as they stand in the file. */
  readonly templates: ReadonlyMap<string, string>
  /** Texts that could not be substituted. */
  readonly problems: readonly { readonly path: ConfigPath; readonly expected: string }[]
}

/** A path as a key of a map. */
export function pathKey(path: ConfigPath): string {
  return JSON.stringify(path)
}

/**
 * Replaces `${NAME}` by the environment variable NAME in every text of a value, alone or within other text; `$${`
 * stands for `${` itself. Keys are left alone. What comes out is not looked at again, so a variable may hold `${`.
 *
 * A variable that is not set, or a `${` that does not begin a name, is a problem; all are found at once. A variable
 * that is set to the empty text is set.
 */
export function substituteEnvironment(value: unknown, environment: Environment): Substituted {
  const templates = new Map<string, string>()
  const problems: { path: ConfigPath; expected: string }[] = []

  function visit(node: unknown, path: ConfigPath): unknown {
    if (typeof node === 'string') return visitText(node, path)
    if (Array.isArray(node)) return node.map((item, index) => visit(item, [...path, index]))
    if (typeof node !== 'object' || node === null) return node
    return Object.fromEntries(
      Object.entries(node).map(([name, item]) => [name, visit(item, [...path, name])]),
    )
  }

  function visitText(text: string, path: ConfigPath): string {
    return text.replace(/\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g, (match, name: string | undefined) => {
      if (match === '$${') return '${'
      if (name === undefined) {
        problems.push({
          path,
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the notation itself is meant
          expected: 'the name of an environment variable in ${NAME} ($${ stands for ${ itself)',
        })
        return ''
      }
      templates.set(pathKey(path), text)
      const found = Object.hasOwn(environment, name) ? environment[name] : undefined
      if (found === undefined) {
        problems.push({ path, expected: `the environment variable ${name} to be set` })
        return ''
      }
      return found
    })
  }

  return { value: visit(value, []), templates, problems }
}

/**
 * A text from the environment as the number or boolean that is expected in its place; undefined when it is none.
 * Environment variables are always text, while `port: ${PORT}` should mean a number.
 */
export function readScalar(text: string, expected: string): number | boolean | undefined {
  if (expected === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  if (expected !== 'number' && expected !== 'int') return undefined
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined
}
