import type { z } from 'zod'
import type { Capabilities } from './capabilities.js'
import type { ActionKind, EntryContent } from './entry.js'
import type { SourceFailure } from './failure.js'
import type { PushdownField } from './filter.js'
import type { RateLimitDeclaration } from './rate-limit.js'

/** The part of a filter that one request carries. A list is never empty. */
export type Pushdown = { readonly [Field in PushdownField]?: readonly string[] }

/** One page that is asked of a provider, in the model's words. */
export interface PageAsk {
  /**
   * Every readable entry with sinceMs <= time < untilMs that matches the pushdown must be in what the provider pages
   * over; more may be. UTC milliseconds. The adapter widens the bounds it sends to make that true.
   */
  readonly sinceMs?: number
  readonly untilMs?: number
  readonly pushdown: Pushdown
  /** Rows wanted, 1 to `capabilities.pageSizeMax`. */
  readonly limit: number
  /** Offset dialects: rows to skip, 0 or more. */
  readonly offset?: number
  /** Cursor dialects: the provider's token for the page; left out for the first. */
  readonly upstreamCursor?: string
}

/** An HTTP request without its credentials. The client sends it to the base URL of the source. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST'
  /** Absolute path, every segment percent-encoded. */
  readonly path: string
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: Readonly<Record<string, string>>
  /** JSON text. */
  readonly body?: string
  /** Whether a provider may refuse it to somebody who may read the list: what refuses it says nothing of other requests. */
  readonly ownRight?: true
}

/** An answer whose body is within the size limit and decoded as UTF-8. Header names are in lower case. */
export interface UpstreamResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** When the answer arrived, UTC milliseconds; relative waits such as Retry-After count from it. */
  readonly receivedAtMs: number
}

/** One wire record that has what an entry cannot live without. */
export interface UpstreamRow {
  readonly id: string
  /** UTC milliseconds, finer digits cut off. */
  readonly timeMs: number
  /**
   * Normalizes the record, once: a second call gives the same object, which no other row gives. Total: it never throws,
   * whatever the record holds.
   */
  content(): EntryContent
}

export interface UpstreamPage {
  /** In the provider's order. */
  readonly rows: readonly UpstreamRow[]
  /** Whether the provider says that rows follow. */
  readonly more: boolean
  /** It has as many rows as the provider may give at once, fewer than were asked for, so it may say so wrongly. */
  readonly full?: boolean
  /** Rows that match in all, where the provider says. A hint. */
  readonly total?: number
  /** At which row of the list the page begins, where the provider says. */
  readonly offset?: number
  /** Token of the next page; left out when there is none or it is unusable (missing, null, empty). */
  readonly upstreamCursor?: string
  /** What the provider said beside the rows (warnings). */
  readonly notices?: readonly string[]
  /** When the answer came, as a number that grows with every request of the source that is sent and every answer that comes. */
  readonly answeredAt?: number
  /** The page was asked for earlier, or by somebody else: no request was made for it. */
  readonly reused?: boolean
}

/** What is asked of a provider in bulk: a page without its place, so the whole of what it would be a page of. */
export type BulkAsk = Pick<PageAsk, 'sinceMs' | 'untilMs' | 'pushdown'>

/** What a row of a bulk answer tells of an entry. It has no id, so it can be counted and nothing else. */
export interface BulkRow {
  /** UTC milliseconds, finer digits cut off. */
  readonly timeMs: number
  readonly action: string
  readonly actionKind: ActionKind
  readonly resourceType: string
  readonly organizationId: string
}

/**
 * One provider's dialect with the settings of one source: turns asks into requests and answers into rows.
 * Data in, data out: it does no I/O, reads no clock and never throws on what an upstream sends.
 */
export interface Dialect {
  /** http or https, without user info, query and fragment. */
  readonly baseUrl: string
  /** Stamped on entries whose wire has no organization. */
  readonly organizationId: string
  readonly capabilities: Capabilities
  /** What its sheet says of limits. Left out: nothing. */
  readonly rateLimits?: RateLimitDeclaration
  /** The headers that carry the credentials, revealed. Only src/upstream calls this: to send, and to redact. */
  authorization(): Readonly<Record<string, string>>
  pageRequest(ask: PageAsk): UpstreamRequest
  /**
   * The latest instant that the request for a page names, UTC milliseconds. Present where the provider may refuse one that
   * its clock has not reached.
   */
  latestDateMs?(ask: PageAsk): number
  readPage(response: UpstreamResponse): UpstreamPage | SourceFailure
  /** Present where `capabilities.lookup`. */
  readonly lookup?: {
    /** undefined when no entry can have this id. */
    request(id: string): UpstreamRequest | undefined
    /** null when the provider says that there is no such entry. `id` is the one that was asked for. */
    read(response: UpstreamResponse, id: string): UpstreamRow | null | SourceFailure
  }
  /** Present where `capabilities.bulkRowsMax`. */
  readonly bulk?: {
    /** Asks for the same rows as `pageRequest` would page over. */
    request(ask: BulkAsk): UpstreamRequest
    /** In no order. As many as `capabilities.bulkRowsMax`: there may be more. */
    read(response: UpstreamResponse): readonly BulkRow[] | SourceFailure
  }
}

/** An API family. Adding one is a folder and a line in the registry. */
export interface Provider {
  /** Lower case, as in the configuration. */
  readonly id: string
  readonly displayName: string
  /** What a source of this provider may set beside `key`, `provider`, `displayName` and `settleMs`. Strict: no unknown key. */
  readonly settings: z.ZodObject
  /** What `settings` gave for one source -> its dialect. */
  open(settings: unknown): Dialect
}

/** Ties the type of the settings to `open`, which is only ever handed what the schema gave. */
export function defineProvider<Settings extends z.ZodObject>(provider: {
  readonly id: string
  readonly displayName: string
  readonly settings: Settings
  open(settings: z.output<Settings>): Dialect
}): Provider {
  return {
    ...provider,
    // The configuration is checked with provider.settings before any source is opened.
    open: (settings) => provider.open(settings as z.output<Settings>),
  }
}
