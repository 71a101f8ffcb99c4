import type { Capabilities } from './capabilities.js'

/** What is known of a configured source without asking its provider. Holds no credential and no address. */
export interface SourceInfo {
  /** Unique among the sources of one gateway; part of every entry's key. */
  readonly key: string
  /** Id of its provider in the registry. */
  readonly providerId: string
  /** The name for people; the key where the configuration gives none. */
  readonly displayName: string
  /** The organization stamped on entries whose wire has none. */
  readonly organizationId: string
  readonly capabilities: Capabilities
}
