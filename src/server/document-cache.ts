import type { DocumentNode } from 'graphql'
import { LRUCache } from 'lru-cache'

/** Memory for documents that are kept parsed, with what validation and planning make of them, in bytes. */
const documentBytesMax = 32 * 1024 * 1024
/** The same for documents that could not be parsed. */
const errorBytesMax = 4 * 1024 * 1024
/** What is kept of a document takes for each of its tokens, in bytes: measured over fields of one letter. */
const bytesPerToken = 500
/** Letters of the shortest token, with what sets it apart from the next. */
const lettersOfToken = 2

/**
 * Documents by their text, parsed, the least recently used going first. Bounded by the memory that they take, since a
 * caller may send any number: Yoga's own cache counts entries, and text of short names takes a hundred times its size.
 */
export function createDocumentCache(): LRUCache<string, DocumentNode> {
  return new LRUCache({
    maxSize: documentBytesMax,
    sizeCalculation: ({ tokenCount }, text) => bytesOf(text, tokenCount ?? text.length / lettersOfToken),
  })
}

/** Why a text could not be parsed. The error may hold what of it was. */
export function createErrorCache(): LRUCache<string, Error> {
  return new LRUCache({
    maxSize: errorBytesMax,
    sizeCalculation: (_, text) => bytesOf(text, text.length / lettersOfToken),
  })
}

function bytesOf(text: string, tokens: number): number {
  return Math.ceil(1_000 + 2 * text.length + tokens * bytesPerToken)
}
