import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  Lexer,
  parse,
  type SelectionSetNode,
  Source,
  TokenKind,
} from 'graphql'
import { type ClientError, documentRefused, requestRefused } from '../graphql/errors.js'
import type { ServerLimits } from './limits.js'

/**
 * Parses a document within the limits, before it is validated: validation costs more than parsing, and a document that
 * nests 10,000 deep ends graphql-js' parser with a RangeError.
 *
 * Own code and not graphql-armor, whose answers are "Syntax Error: … exceeded" with status 200 and partly without a
 * code (reliability.md V18), and which validates by rules that run beside the others instead of before them.
 *
 * Throws GRAPHQL_PARSE_FAILED, or DOCUMENT_LIMIT_EXCEEDED with the limit's name and value in the extensions.
 */
export function parseWithinLimits(text: string, limits: ServerLimits): DocumentNode {
  if (hasMoreTokens(text, limits.tokensMax)) throw limitExceeded('tokens', limits.tokensMax)
  const document = parseDocument(text)
  checkExtent(document, limits)
  return document
}

/** What a selection set asks for, fragments expanded. Sums may reach Infinity; they are only compared. */
interface Extent {
  readonly fields: number
  readonly aliases: number
  readonly depth: number
  /** Depth below `__schema` and `__type`, these included. */
  readonly introspectionDepth: number
}

const nothing: Extent = { fields: 0, aliases: 0, depth: 0, introspectionDepth: 0 }

function checkExtent(document: DocumentNode, limits: ServerLimits): void {
  const extents = new Extents(document)
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const extent = extents.of(definition.selectionSet)
    if (extent.fields > limits.rootFieldsMax) throw limitExceeded('rootFields', limits.rootFieldsMax)
    if (extent.aliases > limits.aliasesMax) throw limitExceeded('aliases', limits.aliasesMax)
    if (extent.depth > limits.depthMax) throw limitExceeded('depth', limits.depthMax)
    if (extent.introspectionDepth > limits.introspectionDepthMax) {
      throw limitExceeded('introspectionDepth', limits.introspectionDepthMax)
    }
  }
}

const sentences = {
  tokens: (max: number) => `The document has more than ${max} tokens. Split it into several requests.`,
  rootFields: (max: number) =>
    `The operation has more than ${max} fields at its root. Split it into several requests.`,
  aliases: (max: number) =>
    `The operation has more than ${max} aliases, counting every use of a fragment. Split it into several requests.`,
  depth: (max: number) => `The operation nests fields more than ${max} deep. Ask for fewer levels.`,
  introspectionDepth: (max: number) =>
    `The operation nests fields of the introspection more than ${max} deep. Ask for fewer levels.`,
}

function limitExceeded(limit: keyof typeof sentences, max: number): ClientError {
  return requestRefused('DOCUMENT_LIMIT_EXCEEDED', 400, sentences[limit](max), { extensions: { limit, max } })
}

/** Counts by the lexer alone. A lexical error ends the count: the parser will tell it. */
function hasMoreTokens(text: string, max: number): boolean {
  const lexer = new Lexer(new Source(text))
  try {
    for (let count = 0; count <= max; count += 1) {
      if (lexer.advance().kind === TokenKind.EOF) return false
    }
    return true
  } catch (error) {
    if (error instanceof GraphQLError) return false
    throw error
  }
}

function parseDocument(text: string): DocumentNode {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof GraphQLError) throw documentRefused('GRAPHQL_PARSE_FAILED', error)
    throw error
  }
}

/** Measures selection sets. Each fragment is measured once, so that fragments which double each other cost nothing. */
class Extents {
  readonly #fragments = new Map<string, FragmentDefinitionNode>()
  readonly #measured = new Map<string, Extent>()

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition)
    }
  }

  of(selectionSet: SelectionSetNode): Extent {
    let sum = nothing
    for (const selection of selectionSet.selections) {
      switch (selection.kind) {
        case Kind.FIELD: {
          const below = selection.selectionSet ? this.of(selection.selectionSet) : nothing
          const depth = 1 + Math.max(below.depth, below.introspectionDepth)
          const introspects = selection.name.value === '__schema' || selection.name.value === '__type'
          sum = add(sum, {
            fields: 1,
            aliases: below.aliases + (selection.alias ? 1 : 0),
            depth: introspects ? 0 : depth,
            introspectionDepth: introspects ? depth : 0,
          })
          break
        }
        case Kind.INLINE_FRAGMENT:
          sum = add(sum, this.of(selection.selectionSet))
          break
        case Kind.FRAGMENT_SPREAD:
          sum = add(sum, this.#ofFragment(selection.name.value))
          break
      }
    }
    return sum
  }

  #ofFragment(name: string): Extent {
    const measured = this.#measured.get(name)
    if (measured) return measured
    // A cycle counts as nothing here; validation refuses it. So does a fragment that is not defined.
    this.#measured.set(name, nothing)
    const fragment = this.#fragments.get(name)
    const extent = fragment ? this.of(fragment.selectionSet) : nothing
    this.#measured.set(name, extent)
    return extent
  }
}

function add(a: Extent, b: Extent): Extent {
  return {
    fields: a.fields + b.fields,
    aliases: a.aliases + b.aliases,
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
  }
}
