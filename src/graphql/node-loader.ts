import DataLoader from 'dataloader'
import type { AuditEntry } from '../model/entry.js'
import { isFailure } from '../model/failure.js'
import type { SourceInfo } from '../model/source-info.js'
import type { FetchTerms, Reader } from '../reading/page.js'
import { lookupFailed } from './errors.js'
import { decodeGlobalId } from './global-id.js'
import { untilEnded } from './operation-end.js'

/** An object that has a global id. */
export type NodeValue = AuditEntry | SourceInfo

/** Loads by canonical global id; null is an id of ours that names nothing. The same id twice costs one read. */
export type NodeLoader = DataLoader<string, NodeValue | null>

export function isEntry(node: NodeValue): node is AuditEntry {
  return 'upstreamId' in node
}

/**
 * Makes the loader of one operation. Entries are read in parallel; a failing read is an error of that id alone, with
 * the code UPSTREAM_FAILED. Ids must have been checked (`checkId` in query.ts): a text that is none loads as null.
 */
export function createNodeLoader(parts: {
  readonly reader: Reader
  readonly sources: ReadonlyMap<string, SourceInfo>
  readonly terms: FetchTerms
}): NodeLoader {
  return new DataLoader((ids) =>
    Promise.all(ids.map((id) => load(id, parts).catch((error: unknown) => toError(error)))),
  )
}

async function load(
  text: string,
  { reader, sources, terms }: Parameters<typeof createNodeLoader>[0],
): Promise<NodeValue | null> {
  const id = decodeGlobalId(text)
  if (id === undefined) return null
  if (id.kind === 'source') return sources.get(id.key) ?? null
  const entry = await untilEnded(terms.signal, () => reader.readEntry(id.key, terms))
  if (isFailure(entry)) throw lookupFailed(id.key.sourceKey, entry)
  return entry
}

/** DataLoader tells a failed key from a value by `instanceof Error`. */
function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error('thrown by a reader', { cause: error })
}
