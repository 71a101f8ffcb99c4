import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'

/** What is told of an operation when it was answered, a subscription when it has begun: never its document, its variables, a cursor or anything of an entry. */
export interface OperationReport {
  /** The caller's name for it, cut to 100 characters; null when it has none or was refused before it was known. */
  readonly name: string | null
  /** Null when it was refused before it was known. */
  readonly type: string | null
  /** The field of `Query` or `Subscription` asked, `several`, or `introspection`; null when it was refused before it was known. */
  readonly field: string | null
  readonly method: string
  /** Of HTTP. */
  readonly status: number
  readonly durationMs: number
  /** Pages and entries asked of sources, wherever they came from: `SourceCoverage.requests` leaves out what was at hand. */
  readonly upstreamRequests: number
  /** A coverage state, followed by the kind of failure where there is one, by source key. */
  readonly outcomes: ReadonlyMap<string, string>
  /** Codes of its errors, each once. */
  readonly errorCodes: readonly string[]
  readonly clientGone: boolean
}

/** What is told of a request for an export when it has ended. */
export interface ExportReport {
  /** Of HTTP. */
  readonly status: number
  /** `complete`, `gaps`, `clientGone`, `shutdown` or `stopped`, or the code of its error or of what it was refused with. */
  readonly outcome: string
  readonly rows: number
  /** Null when it was refused before it began. */
  readonly durationMs: number | null
  /** These two are as in `OperationReport`. */
  readonly upstreamRequests: number
  readonly outcomes: ReadonlyMap<string, string>
}

/** An operation that is being traced. */
export interface OperationSpan {
  /** As it stands in a traceparent: 32 hexadecimal digits. */
  readonly traceId: string
  /** Runs the operation; requests to providers that it makes are told to be of it. */
  run<Result>(execute: () => Result): Result
  end(report: OperationReport): void
}

/** Begins a span for each operation. `header` gives a header of its request, such as traceparent. */
export interface OperationTracer {
  begin(header: (name: string) => string | null): OperationSpan
}

/** The field of the root type that an operation asks for, as `OperationReport.field` has it. The document is valid. */
export function rootField(operation: OperationDefinitionNode, document: DocumentNode): string {
  const names = new Set(rootFields(operation.selectionSet, document))
  const fields = [...names].filter((name) => !name.startsWith('__'))
  if (fields.length > 1) return 'several'
  return fields[0] ?? 'introspection'
}

function rootFields(selectionSet: SelectionSetNode, document: DocumentNode): readonly string[] {
  return selectionSet.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value]
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, document)
    const fragment = document.definitions.find(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    )
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(fragment.selectionSet, document) : []
  })
}
