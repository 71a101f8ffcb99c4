/** What one request may cost before it is answered. Every limit is refused with a code and a sentence, never clamped. */
export interface ServerLimits {
  /** Body of a POST in bytes, counted as read, whatever content-length says. */
  readonly bodyBytesMax: number
  /** Lexical tokens of a document, comments and commas not counted. */
  readonly tokensMax: number
  /** Levels of nested fields; fragments do not count as a level of their own. */
  readonly depthMax: number
  /** The same below `__schema` and `__type`: the introspection query of GraphiQL and graphql-codegen needs 15. */
  readonly introspectionDepthMax: number
  /** Aliases of an operation, counted as often as their fragment is spread. */
  readonly aliasesMax: number
  /** Fields at the root of an operation, counted as often as their fragment is spread. */
  readonly rootFieldsMax: number
  /** Time for one operation in milliseconds. The header x-request-timeout-ms can only shorten it. */
  readonly deadlineMs: number
}

export const defaultLimits: ServerLimits = {
  bodyBytesMax: 100 * 1024,
  tokensMax: 2_000,
  depthMax: 12,
  introspectionDepthMax: 20,
  aliasesMax: 30,
  rootFieldsMax: 10,
  deadlineMs: 10_000,
}
