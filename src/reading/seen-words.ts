import type { AuditEntry } from '../model/entry.js'
import type { SeenWord, SeenWords } from './page.js'

/** Words of one kind that are kept of one source; later ones are not counted. */
const wordsMax = 1_000

interface Words {
  readonly actions: Map<string, SeenWord>
  readonly resourceTypes: Map<string, SeenWord>
}

/** What words the entries that this process has delivered or looked at used. Bounded; a remark, never something to rely on. */
export class SeenWordsLog {
  readonly #sources = new Map<string, Words>()

  note(entry: AuditEntry): void {
    const words = this.#sources.get(entry.sourceKey) ?? { actions: new Map(), resourceTypes: new Map() }
    this.#sources.set(entry.sourceKey, words)
    count(words.actions, entry.action, entry.occurredAtMs)
    count(words.resourceTypes, entry.resource.type, entry.occurredAtMs)
  }

  /** The words of one source by their first appearance. */
  of(sourceKey: string): SeenWords {
    const words = this.#sources.get(sourceKey)
    return {
      actions: [...(words?.actions.values() ?? [])],
      resourceTypes: [...(words?.resourceTypes.values() ?? [])],
    }
  }
}

function count(words: Map<string, SeenWord>, word: string, timeMs: number): void {
  const before = words.get(word)
  if (before === undefined && words.size >= wordsMax) return
  words.set(word, {
    word,
    count: (before?.count ?? 0) + 1,
    oldestMs: Math.min(before?.oldestMs ?? timeMs, timeMs),
    newestMs: Math.max(before?.newestMs ?? timeMs, timeMs),
  })
}
