import { isCollection, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import { type ConfigPath, type ConfigProblem, formatPath, isSecretPath } from './problem.js'

export interface ParsedYaml {
  readonly value: unknown
  /** Line of what stands at a path, counted from 1, or of the nearest thing around it. */
  lineOf(path: ConfigPath): number | undefined
}

/** What the parser's error codes mean. Its own texts quote the file, which may hold secrets, so they are not shown. */
const expectedByCode: Readonly<Record<string, string>> = {
  BAD_INDENT: 'indentation that fits the lines around it',
  BAD_SCALAR_START: 'quotes around a text that begins with this character',
  BLOCK_AS_IMPLICIT_KEY: 'one key and value in a line; put a text that holds ": " in quotes',
  DUPLICATE_KEY: 'every key of a mapping only once',
  MISSING_CHAR: 'a character that is missing here, such as a closing quote or bracket',
  MULTILINE_IMPLICIT_KEY: 'a key on one line, followed by a colon',
  MULTIPLE_DOCS: 'one document only',
  NON_STRING_KEY: 'keys that are texts',
  TAB_AS_INDENT: 'spaces, not tabs, for indentation',
}

/** Parses one YAML 1.2 document: no duplicate keys, no tags, texts as keys. Gives every problem with its line. */
export function parseYaml(
  text: string,
): { readonly ok: ParsedYaml } | { readonly problems: readonly ConfigProblem[] } {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: true,
  })
  const problems = new Map<number, ConfigProblem>()
  for (const { code, pos } of [...document.errors, ...document.warnings]) {
    const { line } = lines.linePos(pos[0])
    const expected = expectedByCode[code] ?? `valid YAML (${code})`
    // One slip makes the parser stumble over the rest of its line, so the first of a line says enough.
    const path = code === 'DUPLICATE_KEY' ? formatPath(keyPath(pos[0])) : ''
    if (!problems.has(line)) problems.set(line, { path, line, expected })
  }
  for (const line of endlessAliasLines()) {
    problems.set(line, { path: '', line, expected: 'an alias that stands outside of what it names' })
  }
  if (problems.size > 0) return { problems: [...problems.values()] }
  try {
    return { ok: { value: document.toJS({ maxAliasCount: 100 }), lineOf } }
  } catch {
    const line = undefinedAliasLine()
    const problem =
      line === undefined
        ? { expected: 'aliases that do not multiply the file' }
        : { line, expected: 'an alias that is defined before it' }
    return { problems: [{ path: '', ...problem }] }
  }

  /** Path of the key that begins at an offset. Under a secret one the key is left out: it may be the secret itself. */
  function keyPath(offset: number): ConfigPath {
    let path: ConfigPath = []
    visit(document, {
      Pair(_, { key }, ancestors) {
        if (!isScalar(key) || key.range?.[0] !== offset) return undefined
        const around = pathOf(ancestors)
        path = isSecretPath(around) ? around : [...around, String(key.value)]
        return visit.BREAK
      },
    })
    return path
  }

  /** Lines of aliases that hold themselves: what they name is around them, so it has no end. */
  function endlessAliasLines(): readonly number[] {
    const found: number[] = []
    visit(document, {
      Alias(_, alias, ancestors) {
        const around = ancestors.filter((node) => isCollection(node) && node.anchor === alias.source)
        // Its name may be given anew within; resolving goes through the document, so it is done only where it must be.
        if (around.length === 0 || !alias.range) return
        if (around.some((node) => node === alias.resolve(document))) {
          found.push(lines.linePos(alias.range[0]).line)
        }
      },
    })
    return found
  }

  /** The parser itself does not look whether an alias is defined, and says no place when it turns out that one is not. */
  function undefinedAliasLine(): number | undefined {
    let line: number | undefined
    visit(document, {
      Alias(_, alias) {
        if (alias.resolve(document) !== undefined || !alias.range) return undefined
        line = lines.linePos(alias.range[0]).line
        return visit.BREAK
      },
    })
    return line
  }

  function lineOf(path: ConfigPath): number | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const node: unknown = document.getIn(path.slice(0, length), true)
      const start = isNode(node) ? node.range?.[0] : undefined
      if (start !== undefined) return lines.linePos(start).line
    }
    return undefined
  }
}

/** The path that leads through these, from the document on: keys of pairs, and places in lists. */
function pathOf(ancestors: readonly unknown[]): ConfigPath {
  return ancestors.flatMap((node, index): PropertyKey[] => {
    if (isPair(node)) return [String(isScalar(node.key) ? node.key.value : node.key)]
    if (!isSeq(node)) return []
    const next = ancestors[index + 1]
    return isMap(next) || isSeq(next) ? [node.items.indexOf(next)] : []
  })
}
